"""Turning a template into a page: everything shown is escaped, and the frame's own words are always there.

Every template can use: `user` (SignedIn or None), `csrf_field` (put it into every form), `csrf` (its bare value),
`office` (name), `mark` (【演练】, 【回放】 or empty), `banner` (what the mark means, one sentence, or empty),
`prefix` (what every link to a page of this desk begins with) and `desk_key`. Static files are at /static/NAME.
A name that is not given is an error, not an empty place.
"""

from pathlib import Path

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from backends.setting_list import OFFICE_NAME
from console.web.access import SignedIn, csrf_field, csrf_token
from console.web.site import desk_of

TEMPLATES = Path(__file__).with_name("templates")
_UNNAMED = "单位名称未设置"
_BANNERS = {
    "drill": "【演练】以下全部为演练内容，单位、信息和时间均为编写，不涉及真实事件。",
    "replay": "【回放】以下为历史信息的回放，时限按当时时间推算，不是正在发生的事件。",
}


def environment() -> Environment:
    """The templates, each read once. Names of files decide nothing: every value is escaped everywhere."""
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def render(request: Request, template: str, status: int = 200, **context: object) -> HTMLResponse:
    """The page made of this template, with the frame's words and those given here."""
    templates = request.app.state.templates
    assert isinstance(templates, Environment)
    page = templates.get_template(template).render({**_frame(request), **context})
    return HTMLResponse(page, status_code=status)


def _office_name(request: Request) -> str:
    name = desk_of(request).parts.office.name
    return _UNNAMED if name == OFFICE_NAME.default else name


def _frame(request: Request) -> dict[str, object]:
    desk = desk_of(request)
    user = getattr(request.state, "user", None)
    return {
        "user": user if isinstance(user, SignedIn) else None,
        "csrf": csrf_token(request),
        "csrf_field": csrf_field(request),
        "office": _office_name(request),
        "mark": desk.mark,
        "banner": _BANNERS.get(desk.key.split("/")[0], ""),
        "prefix": desk.prefix,
        "desk_key": desk.key,
    }
