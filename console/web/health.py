"""How the board's desk is doing, for monitors: `/healthz` says red or green and why, `/metrics` what the rows say."""

from ipaddress import ip_address

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from console.health import NEEDED, PartHealth, PartState, health_of
from console.web.measures import DeskMeasures
from console.web.setup_steps import CHANNEL_STEP
from console.web.site import OpenDesk, Site, site_of
from console.web.watch_state import lacks_channel
from desk.errors import HuiyingError

router = APIRouter()

_ANY_ID = "0" * 32
_PARTS = {"screen": "信息判定", "place": "事件归并", "watch": "时限巡查", "notify": "通知发送", "crawl": "信息采集"}
_NO_CHANNEL = {
    "code": "notify_no_channel",
    "text": f"通知发送没有启动：还没有通知渠道，完成“{CHANNEL_STEP}”并重启后转绿",
    "since": "",
}
_STATES = {PartState.SILENT: "没有动静", PartState.HINDERED: "受阻", PartState.NEVER: "没有启动"}


@router.get("/healthz")
def healthz(request: Request) -> Response:
    """200 and green, or 503 and red with every reason; nothing about any incident."""
    site = site_of(request)
    reasons = [*_unreadable(site.desks[""]), *_not_at_work(site)]
    content = {"state": "red" if reasons else "green", "reasons": reasons}
    return JSONResponse(content, status_code=503 if reasons else 200)


@router.get("/metrics")
def metrics(request: Request) -> Response:
    """The figures of the real desk, for a Prometheus on this machine only: breaches are not everybody's business."""
    if not _asked_from_here(request):
        return PlainTextResponse("metrics are for this machine only\n", status_code=403)
    site = site_of(request)
    collected = CollectorRegistry()
    collected.register(DeskMeasures(site.desks[""], site.clock.now()))
    return Response(generate_latest(collected), media_type=CONTENT_TYPE_LATEST)


def _unreadable(desk: OpenDesk) -> list[dict[str, str]]:
    parts, reasons = desk.parts, []
    for store, look in (("incidents", parts.incidents.next_moment), ("posts", lambda: parts.posts.get([_ANY_ID]))):
        try:
            look()
        except HuiyingError:
            reasons.append({"code": f"{store}_unreadable", "text": f"{store}.db 无法读取", "since": ""})
    return reasons


def _not_at_work(site: Site) -> list[dict[str, str]]:
    parts = health_of(site.desks[""].folder, site.clock.now())
    troubled = [parts[name] for name in NEEDED if parts[name].state in _STATES]
    return [_NO_CHANNEL if lacks_channel(part, site.settings) else _reason(part) for part in troubled]


def _reason(part: PartHealth) -> dict[str, str]:
    since = part.since.isoformat(timespec="seconds") if part.since else ""
    told = f"{_PARTS.get(part.part, part.part)}{_STATES[part.state]}"
    return {"code": f"{part.part}_{part.state.value}", "text": told, "since": since}


def _asked_from_here(request: Request) -> bool:
    # Whoever came by way of a proxy carries its header, even one that the server does not trust.
    forwarded = {"forwarded", "x-forwarded-for", "x-real-ip"} & set(request.headers)
    try:
        return not forwarded and request.client is not None and ip_address(request.client.host).is_loopback
    except ValueError:
        return False
