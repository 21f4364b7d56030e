"""What the docs say of commands, settings, codes and links is what the program has."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from keepclear import errors
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
