"""Tries at a password: whose failures count together, at sign-in and at the second signature, and how long to wait."""

from datetime import timedelta
from math import ceil

from desk.accounts import AccountRefused, account_name


def known_name(typed: str) -> str:
    """The name as it is stored, or as it was typed where nobody can have it."""
    try:
        return account_name(typed)
    except AccountRefused:
        return typed


def wait_words(wait: timedelta) -> str:
    """What somebody is told who tried too often."""
    seconds = ceil(wait.total_seconds())
    spelled = f"{seconds} 秒" if seconds < 120 else f"{ceil(seconds / 60)} 分钟"  # two minutes
    return f"尝试次数过多，请等待 {spelled}后再试。"
