import pytest

from desk.post import EventKind
from models.detector import listed_kind
from models.events import event_words


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("云州发生五级地震", EventKind.NATURAL),
        ("江口区一化工厂爆炸", EventKind.ACCIDENT),
        ("一架客机在云州发生事故", EventKind.ACCIDENT),
        ("云州多名学生腹泻", EventKind.PUBLIC_HEALTH),
        ("云州一男子持刀伤人", EventKind.SOCIAL_SAFETY),
        ("云州晚霞刷屏", None),
    ],
)
def test_the_word_list_knows_the_kind(text: str, kind: EventKind | None) -> None:
    assert listed_kind(text) == kind


def test_a_subject_names_a_type_only_beside_harm() -> None:
    assert event_words().read("云州新开一条航班").types == ()
    assert [each.key for each in event_words().read("云州一航班失联").types][:1] == ["missing"]
    assert [each.key for each in event_words().read("云州一客机事故").types] == ["aviation"]


def test_figures_of_speech_are_read_over() -> None:
    listed = event_words()

    assert listed.literal("面馆人气爆炸排队三小时") == "面馆 排队三小时"
    assert listed.literal("云州化工厂爆炸") == "云州化工厂爆炸"
    assert listed_kind("她的爆炸头火了") is None


def test_types_have_distinct_names_and_words_of_two_characters_at_least() -> None:
    types = event_words().types

    assert len({each.name for each in types}) == len(types)
    assert all(len(word) > 1 for each in types for word in each.words | each.subjects)
