from typing import Literal

from argon2 import PasswordHasher

from backends.passwords import Passwords, one_time_password


class CountingHasher(PasswordHasher):
    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_cost=8, parallelism=1)
        self.checks = 0

    def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:  # noqa: A002  # the library's name
        self.checks += 1
        return super().verify(hash, password)


def test_password_fits_what_was_stored_of_it_only() -> None:
    passwords = Passwords(CountingHasher())
    stored = passwords.hash("云州的桥都修好了")

    assert passwords.fits("云州的桥都修好了", stored)
    assert not passwords.fits("云州的桥都修好了 ", stored)
    assert "云州" not in stored


def test_same_password_is_stored_differently_each_time() -> None:
    passwords = Passwords(CountingHasher())

    assert passwords.hash("云州的桥") != passwords.hash("云州的桥")


def test_name_that_nobody_has_costs_one_check_as_well() -> None:
    hasher = CountingHasher()
    passwords = Passwords(hasher)
    stored = passwords.hash("云州的桥")

    known, unknown = passwords.fits("?", stored), passwords.fits("?", None)

    assert (known, unknown) == (False, False)
    assert hasher.checks == 2


def test_what_was_stored_wrongly_fits_nothing() -> None:
    assert not Passwords(CountingHasher()).fits("云州的桥", "no hash")


def test_passwords_are_hashed_by_argon2id_at_the_strength_of_rfc_9106() -> None:
    stored = Passwords().hash("云州的桥")

    assert stored.startswith("$argon2id$v=19$m=65536,t=3,p=4$")


def test_one_time_passwords_never_repeat_and_can_be_read_out() -> None:
    made = {one_time_password() for _ in range(1_000)}

    assert len(made) == 1_000
    assert all(set(each) <= set("abcdefghjkmnpqrstuvwxyz23456789-") and len(each) == 19 for each in made)
