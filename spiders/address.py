"""The one address of a public page, without any part that names an account.

It is an identity, not a promise: http and https are one, the fragment and tracking parameters are gone, parameters
stand in order. What is left of an address says where a post stands, never who wrote it.
"""

import re
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlencode, urlsplit

from spiders.masking import mask, mask_path

LONGEST = 2_000
_DEFAULT_PORTS = (None, 80, 443)
_HOST = re.compile(r"[\w.\-]{1,253}|[0-9a-f:.]{2,45}")
_MOST_PARAMETERS = 100
_PLAIN_IN_PATH = "/:@!$&'()*+,;=~"

_TRACKING = re.compile(
    r"utm_.*|spm.*|scm|from.*|share.*|isappinstalled|scene|wfr|for|sudaref|ref|refer.*|wm|featurecode|luicode|lfid|vt"
    r"|source_?type|fbclid|gclid|_t?|ts|timestamp|nsukey|chksm|srcid|clicktime|enterid|.*trace.*|campaign.*|channel"
    r"|app|device.*|iid|did|tt_from|req_id.*|xsec_.*"
)
_PERSONAL = re.compile(
    r"(?!g|uu).*uid|.*user_?id|u|user|.*_user|user_?name|uname|un|author.*|account.*|nick.*|name|screen_?name|member.*"
    r"|open_?id|union_?id|__biz|portrait|.*token|.*session.*|tel.*|phone.*|mobile.*|e?mail|qq|wx|wechat|id_?card|ip"
    r"|lat|lng|lon|location|profile.*"
)
_A_MOMENT = re.compile(r"1\d{9}(?:\d{3})?")

_DROPPED = ""
"""A rewriting to nothing: the page is an account's and no post's."""

# Host, path, and the path that stands for the post alone.
_SITES: tuple[tuple[re.Pattern[str], re.Pattern[str], str], ...] = tuple(
    (re.compile(host), re.compile(path), kept)
    for host, path, kept in (
        (r"(?:www\.|m\.|photo\.|d\.)?weibo\.(?:com|cn)", r"/(?:u|n|p|profile|home|follow|fans)(?:/.*)?", _DROPPED),
        (
            r"(?:www\.|m\.)?weibo\.(?:com|cn)",
            r"/(?:status|statuses|detail|comment)/([A-Za-z0-9]+)(?:/.*)?",
            r"/status/\1",
        ),
        (r"(?:www\.|m\.)?weibo\.(?:com|cn)", r"/\d{5,}/([A-Za-z0-9]{6,})(?:/.*)?", r"/status/\1"),
        (r"(?:www\.|m\.)?weibo\.(?:com|cn)", r"/(?!status/|ttarticle|tv|hot|search|a/|article)[^/]+(?:/.*)?", _DROPPED),
        (r"(?:www\.|m\.)?zhihu\.com", r"/(?:people|org)(?:/.*)?", _DROPPED),
        (r"(?:www\.|v\.)?(?:ies)?douyin\.com", r"/(?:share/)?user(?:/.*)?", _DROPPED),
        (r"(?:www\.)?xiaohongshu\.com", r"/user/profile/[^/]+/([0-9a-f]+)", r"/explore/\1"),
        (r"(?:www\.)?xiaohongshu\.com", r"/user(?:/.*)?", _DROPPED),
        (r"(?:www\.|live\.|m\.)?kuaishou\.com", r"/(?:profile|u)(?:/.*)?", _DROPPED),
        (r"space\.bilibili\.com|user\.qzone\.qq\.com|t\.me", r".*", _DROPPED),
        (r"(?:www\.|m\.)?toutiao\.com", r"/c/user(?:/.*)?", _DROPPED),
        (r"(?:www\.|m\.)?douban\.com", r"/people(?:/.*)?", _DROPPED),
        (r"(?:www\.|m\.)?jianshu\.com", r"/u(?:/.*)?", _DROPPED),
        (r"(?:www\.)?163\.com", r"/dy/media(?:/.*)?", _DROPPED),
        (r"(?:www\.|m\.)?sohu\.com", r"/a/(\d+)_\d+(?:/.*)?", r"/a/\1"),
        (r"(?:www\.|m\.)?xueqiu\.com", r"/\d+/(\d+)", r"/status/\1"),
        (r"(?:www\.|m\.)?xueqiu\.com", r"/(?:u/)?\d+", _DROPPED),
        (r"(?:www\.|mobile\.)?(?:twitter|x)\.com", r"/[^/]+/status/(\d+)(?:/.*)?", r"/i/status/\1"),
        (r"(?:www\.|mobile\.)?(?:twitter|x)\.com", r"/[^/]+", _DROPPED),
        (r"blog\.csdn\.net", r"/[^/]+(/article/.*)", r"\1"),
        (r".*", r"(.*/)blog-\d+-(\d+\.html?)", r"\1blog-\2"),
        (r".*", r".*/space-(?:uid-|username-)?[^/]*\.html?", _DROPPED),
    )
)
_WEIBO = re.compile(r"(?:www\.|m\.)?weibo\.(?:com|cn)")
_WEIBO_POSTS = "m.weibo.cn"
"""The host where a Weibo post is found by its own id alone."""

# In the path of any other site: a folder of accounts with the account behind it, or the account in one segment.
_ACCOUNT_FOLDER = re.compile(r"(?i)u|uid|users?|members?|authors?")
_ACCOUNT_SEGMENT = re.compile(r"(?i)[@~].+|(?:uid|user|userid|username|author|authorid)[-_=].+")


def canonical_address(url: str) -> str | None:
    """The canonical address of the page, or None where there is none to keep.

    None is for what is no http address, and for a page that is an account's alone.
    """
    parts = _split(url)
    if parts is None:
        return None
    host, port = _host_and_port(parts)
    path = _without_account(host, unquote(parts.path) or "/")
    if path is None or not _HOST.fullmatch(host):
        return None
    if _WEIBO.fullmatch(host) and path.startswith("/status/"):
        host = _WEIBO_POSTS
    query = _kept_parameters(parts.query)
    address = f"https://{f'[{host}]' if ':' in host else host}{port}{quote(mask_path(path), safe=_PLAIN_IN_PATH)}"
    address += f"?{query}" if query else ""
    return address if len(address) <= LONGEST else None


def _split(url: str) -> SplitResult | None:
    if len(url) > 4 * LONGEST:
        return None
    try:
        parts = urlsplit(url.strip())
        _ = parts.port  # raises for a port that is no port
    except ValueError:
        return None
    return parts if parts.scheme in ("http", "https") and parts.hostname else None


def _host_and_port(parts: SplitResult) -> tuple[str, str]:
    host = (parts.hostname or "").rstrip(".")
    return host, "" if parts.port in _DEFAULT_PORTS else f":{parts.port}"


def _without_account(host: str, path: str) -> str | None:
    for site, pattern, kept in _SITES:
        match = pattern.fullmatch(path) if site.fullmatch(host) else None
        if match:
            return match.expand(kept) or None
    return _without_account_segments(path)


def _without_account_segments(path: str) -> str | None:
    kept: list[str] = []
    segments = iter(path.split("/"))
    found = False
    for segment in segments:
        if _ACCOUNT_FOLDER.fullmatch(segment):
            next(segments, None)
            found = True
        elif _ACCOUNT_SEGMENT.fullmatch(segment):
            found = True
        else:
            kept.append(segment)
    left = "/".join(kept)
    return None if found and not left.strip("/") else left


def _kept_parameters(query: str) -> str:
    pairs = parse_qsl(query, keep_blank_values=True)
    kept = [(name, mask(value)) for name, value in pairs if _tells_the_page(name.lower(), value)]
    return urlencode(sorted(kept[:_MOST_PARAMETERS]))


def _tells_the_page(name: str, value: str) -> bool:
    if _PERSONAL.fullmatch(name) or _TRACKING.fullmatch(name):
        return False
    return not (name == "t" and _A_MOMENT.fullmatch(value))
