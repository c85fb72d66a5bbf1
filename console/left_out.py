"""What the desk does not collect at all as it is set up now: said on the board and in every briefing."""

from backends.settings import Settings
from desk.coverage import LeftOut
from desk.errors import BadSettings
from spiders.sources import SourceKind, load_sources


def left_out(settings: Settings) -> tuple[LeftOut, ...]:
    """The fields left out; sources that cannot be read count as none."""
    if not settings.weibo_token:
        return (LeftOut.WEIBO_NOT_SET_UP,)
    try:
        sources = load_sources(settings.sources).sources
    except BadSettings:
        sources = ()
    reads_weibo = any(each.kind is SourceKind.WEIBO and not each.off for each in sources)
    return () if reads_weibo else (LeftOut.WEIBO_NO_SOURCE,)
