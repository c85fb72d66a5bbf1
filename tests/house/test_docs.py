import argparse
import importlib
import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest

from backends.settings import SETTINGS
from backends.telemetry import Metric
from console import words
from console.main import build_parser
from console.web.measures import DeskMeasures
from desk import errors
from desk.lifecycle import Action
from tests.console.web.visitors import a_site

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md"), *(ROOT / "drills").rglob("*.md")])
DECISIONS = sorted((DOCS / "decisions").glob("*.md"))
OWN_ERRORS = sorted(
    name for name, kind in vars(errors).items() if isinstance(kind, type) and kind.__module__ == errors.__name__
)
CHINESE_WORDS = [
    word
    for table in (words.CLOCK_STATES, words.CLOCK_TAGS, words.STATES, words.OUTCOMES, words.SEVERITIES)
    for key, word in table.items()
    if key is not None
]
_LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
_SHELL = re.compile(r"```sh\n(.*?)```", re.DOTALL)
_PROSE = re.compile(r"`huiying ([^`]+)`")
_CODE_NAME = re.compile(r"\| `([a-z_]+\.[\w.]+)` \|")
_SECTION = re.compile(r"^## `huiying ([a-z ]+)`\n(.*?)(?=^## |\Z)", re.DOTALL | re.MULTILINE)
_FOREIGN = re.compile("sqlite3|mkdir|cp|echo|openssl|docker|\\.")


def _page(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def _section(name: str, title: str) -> str:
    return _page(name).partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def _commands(parser: argparse.ArgumentParser, name: str = "") -> Iterator[tuple[str, argparse.ArgumentParser]]:
    nested = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    if not nested:
        yield name, parser
    for action in nested:
        for word, below in action.choices.items():
            yield from _commands(below, f"{name} {word}".strip())


def _options(parser: argparse.ArgumentParser) -> list[str]:
    named = [option for action in parser._actions for option in action.option_strings if option.startswith("--")]
    operands = [str(action.metavar) for action in parser._actions if not action.option_strings]
    return [option for option in named if option != "--help"] + operands


def _shell_lines(first_word: str) -> list[str]:
    blocks = [block for page in PAGES for block in _SHELL.findall(page.read_text(encoding="utf-8"))]
    pieces = [piece.strip() for block in blocks for line in block.splitlines() for piece in re.split(r"[|>]", line)]
    return sorted({piece for piece in pieces if piece.split(" ")[0] == first_word})


def _prose_commands() -> list[str]:
    found = {match for page in PAGES for match in _PROSE.findall(page.read_text(encoding="utf-8"))}
    return sorted(" ".join(re.findall(r"^[a-z]+(?: [a-z]+)?", each)) for each in found if each[0].islower())


COMMANDS = dict(_commands(build_parser()))
SECTIONS = dict(_SECTION.findall(_page("commands.md")))
CODE_NAMES = _CODE_NAME.findall(_page("glossary.md"))
OPTIONS = [(name, option) for name, parser in COMMANDS.items() for option in _options(parser)]


@pytest.mark.parametrize("line", _shell_lines("huiying"))
def test_every_command_shown_is_one_the_parser_takes(line: str) -> None:
    chosen = build_parser().parse_args(shlex.split(line)[1:])

    assert callable(chosen.command)


@pytest.mark.parametrize("line", _shell_lines("make"))
def test_every_make_target_shown_is_there(line: str) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")

    assert re.search(rf"^{line.split()[1]}:.*## ", makefile, re.MULTILINE)


@pytest.mark.parametrize("words_after", sorted(set(_prose_commands())))
def test_every_command_named_in_a_sentence_exists(words_after: str) -> None:
    known = {*COMMANDS, *(name.split()[0] for name in COMMANDS)}

    assert words_after in known or words_after.split(maxsplit=1)[0] in COMMANDS


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", "docs/tour.md", "docs/operations.md"])
def test_every_line_of_a_walk_is_of_a_kind_looked_at(page: str) -> None:
    blocks = _SHELL.findall((ROOT / page).read_text(encoding="utf-8"))
    starts = {line.split(" ")[0] for block in blocks for line in block.splitlines()}

    unknown = {start for start in starts - {"huiying", "make"} if _FOREIGN.fullmatch(start) is None}

    assert blocks
    assert unknown == set()


def test_commands_page_has_one_section_for_each_command() -> None:
    assert sorted(SECTIONS) == sorted(COMMANDS)


@pytest.mark.parametrize(("command", "option"), OPTIONS, ids=str)
def test_every_option_stands_in_its_command_s_section(command: str, option: str) -> None:
    assert re.search(rf"`{re.escape(option)}[ `]", SECTIONS[command])


@pytest.mark.parametrize("command", sorted(SECTIONS))
def test_no_section_names_an_option_its_command_lacks(command: str) -> None:
    named = set(re.findall(r"^- .*", SECTIONS[command], re.MULTILINE))
    options = {option for line in named for option in re.findall(r"`(--[a-z-]+)", line.split(":")[0])}

    assert options <= set(_options(COMMANDS[command]))


@pytest.mark.parametrize("setting", [setting.name for setting in SETTINGS])
def test_every_setting_has_its_section(setting: str) -> None:
    assert f"\n## `{setting}`\n" in _page("settings.md")


@pytest.mark.parametrize("metric", get_args(Metric))
def test_every_metric_says_what_to_do(metric: str) -> None:
    rows = re.findall(rf"^\| `{metric}(?:{{[a-z,]+}})?` \| .+ \| .+ \|$", _page("operations.md"), re.MULTILINE)

    assert len(rows) == 1


def test_metrics_served_are_those_described_and_no_others(tmp_path: Path) -> None:
    with a_site(tmp_path) as site:
        families = DeskMeasures(site.desks[""], site.clock.now()).collect()
        served = sorted(family.name for family in families)

    described = re.findall(
        r"^\| `([a-z_]+)(?:{[a-z,]+})?` \| .+ \| .+ \|$", _section("operations.md", "Metrics"), re.MULTILINE
    )

    assert sorted(described) == served == sorted(get_args(Metric))


@pytest.mark.parametrize("error", [name for name in OWN_ERRORS if not name.startswith("_") and name != "HuiyingError"])
def test_every_error_says_what_to_do(error: str) -> None:
    rows = re.findall(rf"^\| `{error}` \| .+ \| .+ \|$", _page("operations.md"), re.MULTILINE)

    assert len(rows) == 1


@pytest.mark.parametrize("name", CODE_NAMES)
def test_every_name_of_the_glossary_is_in_the_code(name: str) -> None:
    room, module, *rest = name.split(".")
    found: object = importlib.import_module(f"{room}.{module}")

    for part in rest:
        found = getattr(found, part)

    assert found is not None


def test_glossary_rows_all_name_code() -> None:
    rows = [line for line in _page("glossary.md").splitlines() if line.startswith("| ") and "| code |" not in line]

    assert len(rows) == len(CODE_NAMES)
    assert len(set(CODE_NAMES)) == len(CODE_NAMES)


@pytest.mark.parametrize("word", sorted(set(CHINESE_WORDS)))
def test_every_word_people_see_for_a_state_is_in_the_glossary(word: str) -> None:
    assert f"| {word} |" in _page("glossary.md")


@pytest.mark.parametrize("action", list(Action))
def test_every_action_of_a_person_is_in_the_glossary(action: Action) -> None:
    assert f"desk.lifecycle.Action.{action.name}" in CODE_NAMES


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_within_the_repository_lead_somewhere(page: Path) -> None:
    links = [link for link in _LINK.findall(page.read_text(encoding="utf-8")) if "://" not in link]

    assert [link for link in links if not (page.parent / link).exists()] == []


def test_decisions_are_numbered_without_a_gap() -> None:
    assert [path.name[:4] for path in DECISIONS] == [f"{number:04}" for number in range(1, len(DECISIONS) + 1)]


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.name)
def test_a_decision_says_why_what_and_what_follows(path: Path) -> None:
    text = path.read_text(encoding="utf-8")

    assert text.startswith(f"# {path.name[:4]} · ")
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == ["Status", "Context", "Options", "Decision", "Consequences"]


def test_decisions_named_in_the_code_exist() -> None:
    rooms = ("desk", "backends", "models", "pipelines", "spiders", "flows", "console")
    sources = [path for room in rooms for path in (ROOT / room).rglob("*.py")] + [ROOT / "policy.toml"]
    named = {number for path in sources for number in re.findall(r"docs/decisions/(\d{4})", path.read_text("utf-8"))}

    assert named
    assert named <= {path.name[:4] for path in DECISIONS}


def test_readme_opens_with_one_command_to_run_and_one_to_test() -> None:
    blocks = _SHELL.findall((ROOT / "README.md").read_text(encoding="utf-8").split("\n## ")[0])

    assert blocks == ["make run\n", "make test\n"]


def test_tour_looks_at_an_incident_the_drill_makes() -> None:
    script = tomllib.loads((ROOT / "drills" / "yunzhou" / "acts.toml").read_text(encoding="utf-8"))

    assert f"huiying incidents show {script['drill']['office_prefix']}-2026-0001 " in _page("tour.md")


def test_changelog_has_an_entry_for_this_version() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")

    assert "\n## [Unreleased]\n" in changelog
    assert f"\n## [{version}]\n" in changelog
