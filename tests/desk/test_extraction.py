from desk.extraction import EARLIER, LATEST, LEAST_EARLIER, Extraction


def after(ends: str, begun: Extraction | None = None) -> Extraction:
    found = begun or Extraction()
    for end in ends:
        found = found.after(read=end == "1")
    return found


def test_a_source_whose_articles_can_no_longer_be_read_has_changed() -> None:
    usual = after("1" * 40)

    assert not after("0" * 5, usual).fallen
    assert after("0" * 6, usual).fallen


def test_with_too_few_articles_nobody_knows() -> None:
    few, enough = after("1" * (LEAST_EARLIER - 1)), after("1" * LEAST_EARLIER)

    assert not after("0" * LATEST, few).fallen
    assert after("0" * LATEST, enough).fallen


def test_a_source_of_which_half_was_never_readable_is_measured_by_itself() -> None:
    usual = after("10" * 30)

    assert not after("0010010010", usual).fallen
    assert after("0" * LATEST, usual).fallen


def test_what_fails_for_long_does_not_become_usual() -> None:
    fallen = after("0" * 500, after("1" * 40))

    assert fallen.fallen
    assert len(fallen.earlier) <= EARLIER


def test_it_has_recovered_once_most_can_be_read_again() -> None:
    fallen = after("0" * 30, after("1" * 40))

    assert after("1" * 4, fallen).fallen
    assert not after("1" * 5, fallen).fallen
