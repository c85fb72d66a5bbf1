"""One article out of its page: title, text, time of publication, and nothing about who wrote it."""

from dataclasses import dataclass, field
from datetime import datetime

from spiders.article_rules import NO_RULES, ArticleRules, ruled_time, ruled_title, rules_of
from spiders.article_source import article_source
from spiders.article_text import article_text, text_under
from spiders.article_time import published_time
from spiders.article_title import article_title
from spiders.page_tree import page_tree
from spiders.written_time import WrittenTime

RULED = "rule"


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """What says each part of an article; empty where nothing does."""

    title: str = ""
    published: str = ""
    source: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """What a page says; empty or None where it says nothing."""

    title: str
    text: str
    published: WrittenTime | None
    source: str = ""
    why: Why = field(default_factory=Why)


def read_article(
    html: str, now: datetime, *, address: str = "", fresh: bool = True, rules: ArticleRules = NO_RULES
) -> Article:
    """The article of a page collected `now`; broken pages are read as far as they go.

    `rules` are the source's own and go before all; what they do not find is looked for as on any page. `fresh` is
    false for a page saved some other time: then nobody knows when its 昨天 was.
    """
    page = page_tree(html)
    rules = rules_of(page, address) if rules == NO_RULES else rules
    title = ruled_title(page, rules) or article_title(page)
    found = ruled_time(page, rules, now) or published_time(page, title.text, now, address=address, fresh=fresh)
    source, source_why = article_source(page)
    ruled = text_under(page, rules.text) if rules.text else ""
    text = ruled or article_text(page)
    return Article(
        title=title.text,
        text=text,
        published=None if found is None else found.written,
        source=source,
        why=Why(
            title=title.why if title.text else "",
            published="" if found is None else found.why,
            source=source_why,
            text=(RULED if ruled else "most running text") if text else "",
        ),
    )
