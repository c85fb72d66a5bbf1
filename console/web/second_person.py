"""The second person's signature: somebody else, at the same keyboard, with their own name and password."""

from starlette.datastructures import FormData

from console.web.access import SignedIn
from console.web.attempts import known_name, wait_words
from console.web.fields import BadForm
from console.web.site import Site
from desk.account_store import throttled_name
from desk.accounts import Account, Role

NAME, PASSWORD = "second_name", "second_password"
_WRONG = "第二人的登录名或密码不正确，请由本人重新填写。"


def second_signature(site: Site, form: FormData, first: SignedIn) -> str | None:
    """The name of the second person, or None where nobody typed one.

    Raises BadForm for a wrong password, for the first person once more, and for an account that may not sign.
    """
    name, password = _typed(form, NAME).strip(), _typed(form, PASSWORD)
    if not name and not password:
        return None
    account = _checked(site, name, password)
    if account.id == first.account_id:
        raise BadForm({NAME: "第二人须是另一个人，不能是您自己；请另一位同事填写。"})
    if account.must_change or not account.role.covers(Role.OFFICER):
        raise BadForm({NAME: "这个账号不能签字：请换一位值班员以上、已修改过一次性密码的同事。"})
    return account.name


def _checked(site: Site, name: str, password: str) -> Account:
    """The account these belong to; guessing here is slowed down exactly as at sign-in."""
    known = known_name(name)
    # The subject of sign-in itself: whoever guesses here has used up the tries there as well.
    subjects = (throttled_name(known),)
    wait = site.accounts.begin_attempt(subjects, site.clock.now())
    if wait:
        raise BadForm({PASSWORD: wait_words(wait)})
    account = site.accounts.named(known) if known else None
    fits = site.passwords.fits(password, account.password_hash if account is not None else None)
    if account is None or not fits or not account.active:
        raise BadForm({PASSWORD: _WRONG})
    site.accounts.attempt_succeeded(subjects)
    return account


def _typed(form: FormData, name: str) -> str:
    found = form.get(name)
    return found if isinstance(found, str) else ""
