import subprocess
import sys
from collections.abc import Callable

import pytest

from desk.errors import StoreError
from flows.resident import Resident, Work


class Duty:
    def __init__(self) -> None:
        self.done = 0

    def __call__(self) -> int:
        self.done += 1
        return 7


def broken_before(work: Work) -> int:
    raise ConnectionError("no server")


def broken_afterwards(work: Work) -> int:
    work()
    raise ConnectionError("no server")


def up() -> bool:
    return True


def down() -> bool:
    return False


def test_while_prefect_answers_the_duty_is_done_once_as_a_flow() -> None:
    duty = Duty()
    resident = Resident(duty, lambda work: work(), up)

    assert (resident.call(), duty.done, resident.trouble) == (7, 1, "")


def test_while_prefect_is_away_the_plain_function_runs_and_says_so() -> None:
    duty = Duty()
    resident = Resident(duty, broken_before, down)

    assert (resident.call(), duty.done, resident.trouble) == (7, 1, "Prefect cannot be reached")


@pytest.mark.parametrize("as_flow", [broken_before, broken_afterwards])
def test_a_prefect_that_fails_neither_loses_nor_doubles_the_duty(as_flow: Callable[[Work], int]) -> None:
    duty = Duty()
    resident = Resident(duty, as_flow, up)

    result = resident.call()

    assert (result, duty.done) == (7, 1)
    assert resident.trouble == "Prefect failed to show a run: ConnectionError"


def test_trouble_is_over_with_the_next_run_that_could_be_shown() -> None:
    answering = iter([False, True])
    resident = Resident(Duty(), lambda work: work(), lambda: next(answering))
    resident.call()

    resident.call()

    assert resident.trouble == ""


def test_what_ails_the_duty_itself_is_not_taken_for_prefect_s_trouble() -> None:
    def full_disk() -> int:
        raise StoreError("cannot write: no space left")

    resident = Resident(full_disk, lambda work: work(), up)

    with pytest.raises(StoreError):
        resident.call()
    assert resident.trouble == ""


def test_flows_load_without_prefect() -> None:
    modules = "flows.serve, flows.watch, flows.prune, flows.calendar, flows.resident, flows.notify, console.run_command"

    said = subprocess.run(
        [sys.executable, "-c", f"import sys, {modules}; print('prefect' in sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )

    assert said.stdout == "False\n"
