"""A double of Weibo's open platform on loopback, after its published documentation; its posts name planted people."""

import json
from urllib.parse import parse_qs, urlsplit

from tests.spiders.crawl_site import Asked, Reply, Site

TOKEN = "2.00PLANTEDtoken123456"
PLANTED = ("9876543210123", "PLANTED-name", "PLANTED-passed-on", "PLANTED-place", "PLANTED-device")
OWN = "/2/statuses/user_timeline.json"
SEARCH = "/2/search/topics.json"


def status(number: int, text: str, *, comments: int = 0, visible: int = 0) -> dict[str, object]:
    """One post as the documentation shows it."""
    user = {"id": 9876543210123, "screen_name": "PLANTED-name", "location": "PLANTED-place", "followers_count": 7}
    return {
        "created_at": f"Wed Jun 10 08:{number % 60:02}:07 +0800 2026",
        "id": number,
        "idstr": str(number),
        "mid": str(number),
        "text": text,
        "source": '<a href="http://weibo.com">PLANTED-device</a>',
        "geo": {"type": "Point", "coordinates": [25.04, 102.71], "detail": "PLANTED-place"},
        "user": user,
        "retweeted_status": {"id": 1, "text": "PLANTED-passed-on", "user": user},
        "comments_count": comments,
        "reposts_count": 3,
        "visible": {"type": visible, "list_id": 0},
    }


class WeiboDouble(Site):
    """Answers the documented methods; `refusing` makes every answer the error with that code."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.statuses: list[dict[str, object]] = []
        self.refusing = 0
        self.token = TOKEN

    def reply(self, asked: Asked) -> Reply:
        self.asked.append(asked)
        parts = urlsplit(asked.path)
        if parts.path == "/robots.txt":
            return Reply(status=404)
        if asked.headers.get("authorization") != f"OAuth2 {self.token}":
            return _error(21332, "invalid_access_token", parts.path)
        if self.refusing:
            return _error(self.refusing, "refused", parts.path)
        return self._page({name: values[0] for name, values in parse_qs(parts.query).items()})

    def questions(self) -> list[dict[str, str]]:
        """What each question but those for robots.txt asked."""
        queries = [urlsplit(path).query for path in self.paths() if path != "/robots.txt"]
        return [{name: values[0] for name, values in parse_qs(query).items()} for query in queries]

    def _page(self, asked: dict[str, str]) -> Reply:
        count, page, since = int(asked["count"]), int(asked["page"]), int(asked.get("since_id", "0"))
        found = [each for each in self.statuses if int(str(each["id"])) > since]
        found = [each for each in found if asked.get("q", "") in str(each["text"])]
        shown = sorted(found, key=lambda each: -int(str(each["id"])))[(page - 1) * count : page * count]
        if not found and "q" in asked:
            return _json([])
        return _json({"statuses": shown, "previous_cursor": 0, "next_cursor": 0, "total_number": len(found)})


def _json(content: object, code: int = 200) -> Reply:
    return Reply(body=json.dumps(content).encode(), kind="application/json;charset=UTF-8", status=code)


def _error(code: int, error: str, path: str) -> Reply:
    return _json({"error": error, "error_code": code, "request": path}, 403 if code < 20000 else 400)
