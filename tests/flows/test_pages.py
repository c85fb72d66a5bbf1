import asyncio

import httpx
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from flows.pages import KeptIn


def _answer(path: str) -> httpx.Response:
    app = KeptIn(Starlette(routes=[Route("/", lambda _: PlainTextResponse("页面"))]))

    async def ask() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://127.0.0.1") as client:
            return await client.get(path)

    return asyncio.run(ask())


def test_every_page_may_load_from_this_machine_only() -> None:
    answers = [_answer("/"), _answer("/nowhere")]

    policies = [answer.headers["Content-Security-Policy"] for answer in answers]
    sources = {word for policy in policies for part in policy.split(";") for word in part.split()[1:]}
    assert [answer.status_code for answer in answers] == [200, 404]
    assert sources == {"'self'", "'none'", "'unsafe-inline'", "'unsafe-eval'", "data:", "blob:"}


def test_a_kept_in_page_is_the_page_it_was() -> None:
    assert _answer("/").text == "页面"
