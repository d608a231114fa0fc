"""The documentation names only what exists, and its computed parts are those of the code."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest
from django.urls import Resolver404, get_resolver
from typer.main import get_command

from ronda.company import options
from tools import write_manual

ROOT = Path(__file__).resolve().parent.parent
FEATURES = ROOT / "docs" / "features.md"
PAGES = sorted([*ROOT.glob("docs/**/*.md"), *ROOT.glob("ronda/**/README.md"), *ROOT.glob("*.md")])
CODE = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"\[[^\]\n]*\]\(([^)\s]+)\)")
FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
REGISTRY_OR_COMPUTER = re.compile(r"/ro{2}t/|/home/\w|/Users/\w|pypi\.org|npmjs\.|registry\.")


@cache
def names_in(path: Path) -> frozenset[str]:
    found = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    return frozenset(node.name for node in found if isinstance(node, ast.FunctionDef))


@cache
def commands() -> frozenset[str]:
    """Every command of the terminal: "month", "bench billing"."""
    from ronda.site.cli.commands import app  # noqa: PLC0415 -- sets Django up

    found = set()
    for name, one in get_command(app).commands.items():
        found.add(name)
        found |= {f"{name} {inner}" for inner in getattr(one, "commands", ())}
    return frozenset(found)


def make_targets() -> set[str]:
    return set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))


def is_address(name: str) -> bool:
    try:
        get_resolver().resolve(re.sub(r"<\w+>", "1", name))
    except Resolver404:
        return False
    return True


def is_option(name: str) -> bool:
    options.discover()
    code, _dot, field = name.partition(".")
    return code in options.GROUPS and field in options.options_form(options.GROUPS[code]).base_fields


def exists(name: str) -> bool:
    """Whether a test, an address, a command, a file or an option of this name is there."""
    if "::" in name:
        path, _colons, test = name.partition("::")
        return (ROOT / path).is_file() and test in names_in(ROOT / path)
    if name.startswith("/"):
        return is_address(name)
    if name.startswith("make "):
        return name.removeprefix("make ") in make_targets()
    if name.startswith("ronda "):
        return name.removeprefix("ronda ") in commands()
    return (ROOT / name).exists() or is_option(name)


def named_in_features() -> list[str]:
    return sorted(set(CODE.findall(FEATURES.read_text(encoding="utf-8"))))


@pytest.mark.parametrize("name", named_in_features())
def test_what_the_list_of_features_names_exists(name):
    assert exists(name), f"docs/features.md names {name}, which is not there"


@pytest.mark.parametrize(
    "name",
    [
        "ronda/contracts/tests/test_month.py::test_that_is_not_there",
        "ronda/contracts/tests/no_such_file.py::test_e1_one_click",
        "/no-such-page/",
        "/document/<pk>/no-such-verb/",
        "ronda no-such-command",
        "make no-such-target",
        "ronda/no_such_file.py",
        "billing.no_such_option",
    ],
)
def test_a_name_of_nothing_is_seen(name):
    assert not exists(name)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_to_files_and_headings_that_are_there(page):
    for target in LINK.findall(FENCED.sub("", page.read_text(encoding="utf-8"))):
        if "://" in target or target.startswith("mailto:"):
            continue
        name, _hash, anchor = target.partition("#")
        found = (page.parent / name).resolve() if name else page
        assert found.exists(), f"{target} leads nowhere"
        if anchor:
            assert anchor in anchors(found), f"{target}: no such heading"


def anchors(page: Path) -> set[str]:
    """Headings as forges make them addresses: small letters, no punctuation, dashes for blanks."""
    heads = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {
        re.sub(r"[^\w\- ]", "", head.replace("`", "").lower()).strip().replace(" ", "-") for head in heads
    }


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_no_page_names_a_registry_or_a_path_of_one_computer(page):
    assert not REGISTRY_OR_COMPUTER.findall(page.read_text(encoding="utf-8"))


def test_the_worked_tables_are_those_the_code_computes():
    text = write_manual.ALGORITHMS.read_text(encoding="utf-8")

    assert write_manual.with_tables(text) == text, "run: python -m tools.write_manual"


def test_every_table_is_shown():
    shown = [name for _head, name, _end in write_manual.TABLE.findall(write_manual.ALGORITHMS.read_text())]

    assert sorted(shown) == sorted(write_manual.tables())


def test_the_manual_of_options_is_that_of_the_declarations():
    found = write_manual.OPTIONS.read_text(encoding="utf-8")

    assert found == write_manual.options_manual(), "run: python -m tools.write_manual"


@pytest.mark.parametrize("page", write_manual.HOW_TO, ids=lambda page: page.name)
def test_words_of_the_screen_are_those_the_screens_say(page):
    text = page.read_text(encoding="utf-8")

    assert write_manual.with_words(text) == text, "run: python -m tools.write_manual"
