"""What the docs say of commands, settings, codes and links is what the program has."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from keepclear import errors
from keepclear.cli.main import app
from keepclear.errors import KeepclearError

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = sorted([*DOCS.rglob("*.md"), *ROOT.glob("*.md")])


def _subclasses(kind: type[KeepclearError]) -> set[type[KeepclearError]]:
    return {kind}.union(*(_subclasses(sub) for sub in kind.__subclasses__()))


def _words(page: str) -> str:
    return (DOCS / "reference" / page).read_text(encoding="utf-8")


def _commands() -> list[str]:
    out = subprocess.run(
        [sys.executable, "-m", "keepclear.cli.main", "--help"],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "COLUMNS": "200", "NO_COLOR": "1"},
    ).stdout
    section = out.split("Commands", 1)[1]
    return re.findall(r"^[\s│]*([a-z]+)\s{2,}\S", section, re.MULTILINE)


def test_every_command_is_documented_with_all_its_options() -> None:
    page = _words("commands.md")
    commands = _commands()
    assert {"serve", "demo", "check", "replay", "say", "ack", "inbox"} <= set(commands)
    for command in commands:
        assert re.search(rf"^#+ .*`keepclear {command}\b", page, re.MULTILINE), (
            f"commands.md has no heading for {command}"
        )
        told = subprocess.run(
            [sys.executable, "-m", "keepclear.cli.main", command, "--help"],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "COLUMNS": "200", "NO_COLOR": "1"},
        ).stdout
        for option in set(re.findall(r"(?<![\w-])(--[a-z][a-z-]+)", told)) - {"--help", "--install-completion"}:
            assert f"`{option}" in page, f"commands.md: {command} {option} is not documented"


def _leaves(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], set[str]]]:
    """Every command that does something, by its words, with its long options."""
    for name, below in getattr(command, "commands", {}).items():
        yield from _leaves(below, (*path, name))
    if not hasattr(command, "commands"):
        yield path, {option for one in command.params for option in one.opts if option.startswith("--")}


def test_every_command_of_a_group_is_documented_with_all_its_options() -> None:
    page = _words("commands.md")
    grouped = [(path, options) for path, options in _leaves(get_command(app)) if len(path) == 2]
    assert {path[0] for path, _ in grouped} == {"stop", "line", "keys", "record"}
    for (group, name), options in grouped:
        section = page.split(f"### `keepclear {group}`", 1)[1].split("\n### ", 1)[0]
        assert f"keepclear {group} {name}" in section, f"commands.md: keepclear {group} {name} is not documented"
        for option in options - {"--host", "--token", "--token-file", "--key"}:
            assert f"`{option}" in section, f"commands.md: keepclear {group} {name} {option} is not documented"


def test_every_route_and_kind_of_change_is_documented_and_no_other() -> None:
    from keepclear.api.app import create_app, describe
    from keepclear.formats.mechanism_toml import agreement_from_toml
    from keepclear.host import boot, tokens
    from keepclear.host.mechanism_host import MechanismHost
    from keepclear.mechanism.outcome import ChangeKind, What
    from keepclear.store import MemoryStore
    from tests.host.running import agreement

    store = MemoryStore()
    log = boot.found(store, agreement_from_toml(agreement().encode()))
    host = MechanismHost(store, log, boot.bring_up(store, log))
    routes = {re.sub(r"{\w+}", "{}", path) for path in describe(create_app(host, tokens.issue([])[0]))["paths"]}
    page = _words("http.md")
    rows = [line for line in page.splitlines() if re.match(r"\| `(GET|POST) /", line)]
    told = {re.sub(r"{\w+}", "{}", path) for row in rows for path in re.findall(r"(/[\w./{}]+)`", row.split("|")[1])}
    assert {path for path in routes if path.startswith("/v1")} == {
        path for path in told if path.startswith("/v1") and path != "/v1/openapi.json"
    }
    kinds = page.split("| `kind` |", 1)[1].split("\n\n", 1)[0]
    named = {word for line in kinds.splitlines()[2:] for word in re.findall(r"`(\w+)`", line.split("|")[1])}
    assert named == set(ChangeKind)
    for what in What:
        assert f"`{what}`" in page


def test_no_documented_command_is_missing() -> None:
    documented = set(re.findall(r"^#+ `keepclear ([a-z]+)", _words("commands.md"), re.MULTILINE))
    assert documented <= set(_commands())


def test_every_error_code_is_documented_and_no_other() -> None:
    # Rooms may add errors of their own: import them all before walking the tree.
    import keepclear.api.app
    import keepclear.cli.main
    import keepclear.client  # noqa: F401 - imported for the error classes they may define

    page = _words("errors.md")
    codes = {kind.code for kind in _subclasses(errors.KeepclearError)}
    documented = set(re.findall(r"^\|\s*`([a-z_]+)`", page, re.MULTILINE))
    assert codes - documented == set()
    assert documented - codes == set()


def test_every_alert_code_is_documented_and_no_other() -> None:
    from keepclear.mechanism.alert_table import ALERT_TABLE as CODES

    documented = set(re.findall(r"^\| `([A-Z0-9_]+)`", _words("alerts.md"), re.MULTILINE))
    assert {str(code) for code in CODES} == documented


def test_every_environment_setting_is_documented_and_no_other() -> None:
    page = _words("settings.md") + _words("commands.md")
    used: set[str] = set()
    for path in (ROOT / "src").rglob("*.py"):
        used |= set(re.findall(r"\bKEEPCLEAR_[A-Z_]+\b", path.read_text(encoding="utf-8")))
    for name in used:
        assert name in page, f"{name} is used and not documented"
    for name in set(re.findall(r"\bKEEPCLEAR_[A-Z_]+\b", page)) - used:
        other = (ROOT / "hatch_build.py").read_text() + (ROOT / "Makefile").read_text()
        assert name in other, f"{name} is documented and not used"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        if re.match(r"[a-z]+:", link) or link.startswith("#"):
            continue
        assert (page.parent / link.split("#")[0]).exists(), f"{page.name}: {link} leads nowhere"


def test_every_page_of_the_docs_is_reachable_from_the_index() -> None:
    index = (DOCS / "index.md").read_text(encoding="utf-8")
    for page in DOCS.rglob("*.md"):
        name = str(page.relative_to(DOCS))
        assert name == "index.md" or name in index, f"docs/index.md does not name {name}"


def test_every_fault_is_shown_by_tests_that_there_are() -> None:
    page, code, named = (DOCS / "explanation" / "faults.md").read_text(encoding="utf-8"), "", 0
    for name in re.findall(r"`(tests/\w+/\w+\.py|test_\w+)`", page):
        if name.endswith(".py"):
            code = (ROOT / name).read_text(encoding="utf-8")
        else:
            assert f"def {name}(" in code, f"faults.md: {name} is not in the file named before it"
            named += 1
    assert named > 50


def test_no_field_for_weapons_and_no_hostile_words() -> None:
    forbidden = re.compile(
        r"\b(enemy|enemies|hostile|weapon|warhead|munition|aim ?point|kill list|strike list)\b", re.I
    )
    allowed = {"README.md", "CONTRIBUTING.md", "test_docs.py"}  # the places that say there is none
    for folder in ("src", "console/src"):
        for path in (ROOT / folder).rglob("*"):
            if path.suffix not in {".py", ".ts", ".svelte", ".toml", ".sql"} or path.name in allowed:
                continue
            found = forbidden.search(path.read_text(encoding="utf-8"))
            assert found is None, f"{path.relative_to(ROOT)}: {found and found.group()}"
