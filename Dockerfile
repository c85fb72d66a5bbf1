# The desk in one image: every service of docker-compose.yml is this image with another command.
FROM python:3.11.11-slim-bookworm AS build
WORKDIR /opt/huiying
COPY pyproject.toml constraints.txt README.md ./
COPY desk desk
COPY backends backends
COPY models models
COPY pipelines pipelines
COPY spiders spiders
COPY flows flows
COPY console console
COPY drills drills
COPY policy.toml scrapy.cfg ./
ENV PIP_CONSTRAINT=/opt/huiying/constraints.txt PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/venv && /opt/venv/bin/pip install -q -e . && /opt/venv/bin/python -m compileall -q /opt/huiying

FROM python:3.11.11-slim-bookworm
COPY --from=build /opt/venv /opt/venv
COPY --from=build /opt/huiying /opt/huiying
RUN useradd --system --uid 10001 --home-dir /var/huiying huiying && install -d -o huiying -g huiying /var/huiying
ENV PATH=/opt/venv/bin:$PATH HUIYING_DATA=/var/huiying PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
USER huiying
WORKDIR /var/huiying
VOLUME /var/huiying
STOPSIGNAL SIGTERM
ENTRYPOINT ["huiying"]
CMD ["--help"]
