"""A duty of a resident process: called as a flow while Prefect answers, as the plain function while it does not."""

from collections.abc import Callable

from desk.errors import HuiyingError

Work = Callable[[], int]


class Resident:
    """The duty with the place that shows its runs.

    `as_flow` runs what it is given and shows the run; `answers` says whether it can be reached at all. Whatever goes
    wrong in showing, the duty is done, once; `trouble` then says what was wrong and is empty again after the next run
    that could be shown.
    """

    def __init__(self, work: Work, as_flow: Callable[[Work], int], answers: Callable[[], bool]) -> None:
        self._work = work
        self._as_flow = as_flow
        self._answers = answers
        self.trouble = ""

    def reached(self) -> bool:
        """Whether Prefect answers right now; where it does not, that is its trouble."""
        answered = self._answers()
        self.trouble = "" if answered else "Prefect cannot be reached"
        return answered

    def call(self) -> int:
        """Does the duty and says how much it did. Raises what the duty itself raises."""
        return self._shown() if self.reached() else self._work()

    def _shown(self) -> int:
        done: list[int] = []

        def work() -> int:
            done.append(self._work())
            return done[-1]

        try:
            self._as_flow(work)
        except HuiyingError:
            raise
        except Exception as error:  # noqa: BLE001  # whatever ails Prefect: no deadline is missed over it
            self.trouble = f"Prefect failed to show a run: {type(error).__name__}"
            return done[-1] if done else self._work()
        return done[-1]
