import pytest

from models.events import event_words
from models.places import Gazetteer
from models.terms import MOST_TERMS, salient_terms


def terms(gazetteer: Gazetteer, text: str) -> tuple[str, ...]:
    return salient_terms(text, event_words().read(text), gazetteer.find(text))


def test_two_words_for_one_type_of_event_meet_under_its_name(gazetteer: Gazetteer) -> None:
    one = terms(gazetteer, "云州一客机坠毁")
    other = terms(gazetteer, "云州客机坠机现场")

    assert set(one) & set(other) == {"空难", "客机"}


def test_designations_stand_among_them(gazetteer: Gazetteer) -> None:
    assert "g1234" in terms(gazetteer, "g1234次列车在云州脱轨")
    assert "2030" not in terms(gazetteer, "2030年云州地震")


@pytest.mark.parametrize("left_out", ["云州", "江口区", "发生", "通报", "警方", "受伤", "致", "3"])
def test_places_and_words_every_report_has_are_left_out(gazetteer: Gazetteer, left_out: str) -> None:
    found = terms(gazetteer, "警方通报云州江口区一化工厂发生爆炸致3人受伤")

    assert found == ("化工厂", "爆炸")
    assert left_out not in found


def test_at_most_twelve_sorted_the_types_and_designations_first_kept(gazetteer: Gazetteer) -> None:
    many = "云州化工厂爆炸 " + "苹果 香蕉 葡萄 西瓜 橙子 桃子 樱桃 芒果 菠萝 柠檬 草莓 石榴 椰子 a320"

    found = terms(gazetteer, many)

    assert len(found) == MOST_TERMS
    assert list(found) == sorted(found)
    assert {"爆炸", "a320", "化工厂"} <= set(found)


def test_a_text_without_content_has_none(gazetteer: Gazetteer) -> None:
    assert terms(gazetteer, "") == ()
    assert terms(gazetteer, "云州警方通报") == ()
