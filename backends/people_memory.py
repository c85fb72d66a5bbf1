"""The desk's officers and their shifts in memory."""

from datetime import datetime

from desk.people import Person, Shift


class MemoryPeopleStore:
    """Who is on duty and how to reach them; `desk.ports.PeopleStore`."""

    def __init__(self) -> None:
        self._people: dict[str, Person] = {}
        self._shifts: set[Shift] = set()

    def save_person(self, person: Person) -> None:
        """Adds or replaces a person by id."""
        self._people[person.id] = person

    def people(self) -> list[Person]:
        """All persons, by id."""
        return sorted(self._people.values(), key=lambda person: person.id)

    def save_shift(self, shift: Shift) -> None:
        """Adds a shift; the same shift twice is once."""
        self._shifts.add(shift)

    def on_duty(self, role: str, now: datetime) -> list[Person]:
        """The active persons whose shift in that role covers now, by id."""
        called = {shift.person_id for shift in self._shifts if shift.role == role and shift.since <= now < shift.until}
        return [person for person in self.people() if person.active and person.id in called]

    def close(self) -> None:
        """Nothing to let go of."""
