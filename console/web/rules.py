"""Who may use which route, read from the routes themselves: one without a rule keeps the board from starting."""

from dataclasses import dataclass
from typing import Final

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts

from console.web.access import Required, account_of, checked_form, checked_visit_form, signed_in
from desk.accounts import Role

OPEN: Final = frozenset({"/sign-in", "/healthz", "/metrics", "/static"})
"""What somebody who has not signed in may ask for; `/metrics` answers this machine only."""

OF_ONE_S_OWN: Final = frozenset({"/sign-out", "/password"})
"""What concerns one's own account only: any account may, also one whose password has to be changed first."""

_READING = frozenset({"GET", "HEAD"})


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteRule:
    """A route and who may use it: anybody (`open`), any account (`role` is None), or accounts from a role upwards."""

    path: str
    method: str
    open: bool
    role: Role | None


def route_rules(app: FastAPI) -> list[RouteRule]:
    """The rule of every route. Raises AssertionError for one that has none, or takes a form without checking it."""
    return [
        _rule(context.path or "", method, _calls(getattr(context, "dependant", None)))
        for context in iter_route_contexts(app.routes)
        for method in sorted((context.methods or {"GET"}) - {"HEAD"})
    ]


def _rule(path: str, method: str, calls: list[object]) -> RouteRule:
    what = f"{method} {path}"
    roles = [call.role for call in calls if isinstance(call, Required)]
    if path in OPEN:
        assert method in _READING or checked_visit_form in calls, f"{what} does not check the form"
        return RouteRule(path=path, method=method, open=True, role=None)
    assert account_of in calls, f"{what} says nothing about who may use it"
    assert method in _READING or checked_form in calls, f"{what} does not check that a page of ours sent the form"
    if path in OF_ONE_S_OWN:
        return RouteRule(path=path, method=method, open=False, role=None)
    assert roles or (method in _READING and signed_in in calls), f"{what} says nothing about the role it takes"
    return RouteRule(path=path, method=method, open=False, role=max(roles, key=list(Role).index, default=Role.VIEWER))


def _calls(dependant: Dependant | None) -> list[object]:
    """Every function the route depends on, however deep."""
    below = dependant.dependencies if dependant else []
    return [call for each in below for call in (each.call, *_calls(each))]
