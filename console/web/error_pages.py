"""What people see when something cannot be done: one plain page that says what, and what to do next."""

from collections.abc import Mapping
from typing import Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import PlainTextResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException

from backends.telemetry import log
from console.web.access import TurnedAway
from console.web.rendering import render
from desk.errors import (
    HuiyingError,
    IllegalAction,
    IncidentNotFound,
    SchemaMismatch,
    SecondPersonNeeded,
    StaleIncident,
    StoreError,
)

_TITLES: Final[Mapping[int, tuple[str, str]]] = {
    400: ("请求有误", "没有做任何改动。请返回上一页重试。"),
    401: ("请先登录", "登录后可继续。"),
    403: ("没有权限", "没有做任何改动。"),
    404: ("没有找到", "地址有误，或内容已不存在。请从首页重新进入。"),
    405: ("不能这样操作", "没有做任何改动。请返回上一页重试。"),
    413: ("提交的内容过大", "没有做任何改动。请减少内容后重试。"),
    422: ("请求有误", "填写的内容不符合要求，没有做任何改动。请返回上一页核对。"),
    429: ("请稍候", "尝试过于频繁，请稍后再试。"),
}
_ANY_TITLE: Final = ("页面出错", "请稍后重试，仍然出错时请联系系统管理员。")

_REFUSALS: Final[Mapping[type[HuiyingError], tuple[int, str, str]]] = {
    IncidentNotFound: (404, "没有这个事件", "编号有误，或事件不在本台。请从首页重新进入。"),
    StaleIncident: (
        409,
        "事件刚刚被更新",
        "您操作期间有人更新了该事件，您的操作没有保存。请返回事件页，核对后再操作。",
    ),
    IllegalAction: (409, "当前不能这样操作", "事件所处的环节不允许此操作，没有做任何改动。请返回事件页核对。"),
    SecondPersonNeeded: (409, "需要第二人签字", "时限已过，此操作需要两人签字并写明理由，没有做任何改动。"),
    SchemaMismatch: (503, "数据版本不符", "此台的数据需要先升级：请系统管理员运行 huiying migrate。"),
    StoreError: (503, "数据暂时无法读写", "没有做任何改动。请稍后重试，仍然出错时请联系系统管理员。"),
}


def error_page(request: Request, status: int, title: str, text: str) -> Response:
    """The page that says what went wrong."""
    return render(request, "error.html", status, title=title, text=text)


def add_error_pages(app: FastAPI) -> None:
    """Every refusal and error of the application becomes such a page."""
    app.add_exception_handler(TurnedAway, _turned_away)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(RequestValidationError, _bad_fields)
    app.add_exception_handler(HuiyingError, _refused)


def _turned_away(request: Request, error: Exception) -> Response:
    assert isinstance(error, TurnedAway)
    if "text/event-stream" in request.headers.get("accept", ""):
        # A page that listens would listen to the sign-in page otherwise.
        return PlainTextResponse(error.reason, status_code=error.status)
    if error.location is not None:
        return RedirectResponse(error.location, status_code=303)
    return error_page(request, error.status, _TITLES.get(error.status, _ANY_TITLE)[0], error.reason)


def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    page = error_page(request, error.status_code, *_TITLES.get(error.status_code, _ANY_TITLE))
    page.headers.update(error.headers or {})
    return page


def _bad_fields(request: Request, _error: Exception) -> Response:
    return error_page(request, 422, *_TITLES[422])


def _refused(request: Request, error: Exception) -> Response:
    found = (refusal for kind, refusal in _REFUSALS.items() if isinstance(error, kind))
    status, title, text = next(found, (500, *_ANY_TITLE))
    if status >= 500:  # ours to mend, so it stands in the log
        log("web").error("page refused", error=type(error).__name__, told=str(error))
    return error_page(request, status, title, text)
