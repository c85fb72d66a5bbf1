from hypothesis import given
from hypothesis import strategies as st

from models.fingerprints import fingerprints


def bits_apart(one: str, other: str) -> int:
    return (int(one, 16) ^ int(other, 16)).bit_count()


def test_a_fingerprint_is_sixteen_hex_digits() -> None:
    assert all(len(bytes.fromhex(each)) == 8 for each in fingerprints(["云州地铁停运", "", "a"]))


def test_near_duplicates_are_close_and_other_texts_far() -> None:
    text = "云州市江口区一化工厂今晨发生爆炸，消防正在现场扑救，暂无人员伤亡报告"

    same, near, far = fingerprints(
        [f"【{text}】", text.replace("今晨", "昨晚"), "云溪县桃花节本周末开幕，门票免费，欢迎广大市民前来赏花拍照游玩"]
    )

    assert same == fingerprints([text])[0]
    assert bits_apart(same, near) <= 12
    assert bits_apart(same, far) >= 20


def test_known_texts_keep_their_known_fingerprints() -> None:
    # Stored rows are compared by fingerprint: a change here would cut every archive in two.
    assert fingerprints(["云州地铁停运"]) == ["3d1baafe4ba51af2"]


@given(st.lists(st.text(max_size=30), max_size=6))
def test_it_does_not_matter_what_else_is_in_the_batch(texts: list[str]) -> None:
    assert fingerprints(texts) == [one for text in texts for one in fingerprints([text])]
