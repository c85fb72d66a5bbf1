"""What one kind of personal data looks like, and how a text loses it."""

import re
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One kind of personal data: how it is written and the mark that takes its place.

    The pattern is matched on the plain form of the text, which has the same length as the text. Where it names a
    group `secret`, only that part is replaced. `plausible` looks at the part to be replaced. Every pattern has
    bounded repetitions, or one possible start per run, so that masking stays linear.
    """

    pattern: re.Pattern[str]
    mark: str
    plausible: Callable[[str], bool] | None = None


@dataclass(frozen=True, slots=True)
class Family:
    """Rules that can only match where something quick to look for stands."""

    needs: re.Pattern[str]
    rules: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class Masked:
    """A text with its plain form: the same length, character by character."""

    text: str
    plain: str

    def without(self, family: Family) -> "Masked":
        """Both forms with the rules' marks in place of every match."""
        if not family.needs.search(self.plain):
            return self
        masked = self
        for rule in family.rules:
            masked = masked._after(rule)
        return masked

    def _after(self, rule: Rule) -> "Masked":
        spans = _spans(rule, self.plain)
        if not spans:
            return self
        return Masked(_replaced(self.text, spans, rule.mark), _replaced(self.plain, spans, rule.mark))


def _spans(rule: Rule, plain: str) -> list[tuple[int, int]]:
    group = "secret" if "secret" in rule.pattern.groupindex else 0
    matches = rule.pattern.finditer(plain)
    return [match.span(group) for match in matches if rule.plausible is None or rule.plausible(match[group])]


def _replaced(text: str, spans: list[tuple[int, int]], mark: str) -> str:
    parts: list[str] = []
    done = 0
    for start, end in spans:
        parts += (text[done:start], mark)
        done = end
    parts.append(text[done:])
    return "".join(parts)
