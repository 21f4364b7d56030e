"""``keepclear dossier`` from record to file: from a directory or a bundle, for a party; bad input in one line."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from keepclear.cli.main import app
from keepclear.errors import KeepclearError
from tests.host.running import RunningHost, minutes_ahead, notice_body
from tests.host.signing import SigningDesk, post_token
from tests.report.incident import incident
from tests.report.recorded import on_disk, recorded

BLOCKED = "import sys; sys.modules['typst'] = None; from keepclear.cli.main import main; main()"
PERIOD = ("--from", "2026-04-09T08:00:00Z", "--to", "2026-04-09T13:00:00Z")


def run(folder: Path, *arguments: str, blocked: bool = False) -> tuple[int, str, str]:
    start = ["-c", BLOCKED] if blocked else ["-m", "keepclear"]
    done = subprocess.run(
        [sys.executable, *start, *arguments], capture_output=True, check=False, cwd=folder, text=True, timeout=120
    )
    return done.returncode, done.stdout, done.stderr


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a host's data directory and the ids of its handles."""
    made = tmp_path_factory.mktemp("dossier")
    scenario, played, kept = recorded(incident())
    on_disk(made / "data", scenario.agreement.name, kept)
    (made / "ids.json").write_text(json.dumps(played.handles))
    (made / "there.html").write_text("mine")
    (made / "empty").mkdir()
    return made


@pytest.fixture(scope="module")
def transit(folder: Path) -> str:
    return str(json.loads((folder / "ids.json").read_text())["transit"])


def test_a_file_of_either_kind_is_written_and_told_of(folder: Path, transit: str) -> None:
    about = ("--about", transit[-8:], *PERIOD, "--data", "data")
    code, out, err = run(folder, "dossier", *about, "--out", "one.html", "--asked-by", "The joint board")
    assert (code, err) == (0, "")
    assert out == "one.html: 77 lines, 1 conflict\n"
    assert "The joint board" in (folder / "one.html").read_text("utf-8")
    code, out, _ = run(folder, "dossier", *about, "--out", "one.pdf", "--json")
    told = json.loads(out)
    assert (code, told["file"], told["lines"], told["conflicts"]) == (0, "one.pdf", 77, 1)
    assert told["things"][transit] == "notice B"
    assert (folder / "one.pdf").read_bytes().startswith(b"%PDF")


def test_a_bundle_gives_the_same_pages_as_the_directory_it_was_made_of(folder: Path, transit: str) -> None:
    assert run(folder, "export", "--data", "data", "--out", "whole.zip")[0] == 0
    assert run(folder, "export", "--data", "data", "--out", "part.zip", "--for", "bravo")[0] == 0
    asked = ("--about", transit, *PERIOD, "--tz", "Asia/Beirut", "--for", "bravo")
    assert run(folder, "dossier", "whole.zip", *asked, "--out", "two.html")[0] == 0
    assert run(folder, "dossier", "--data", "data", *asked, "--out", "three.html")[0] == 0
    page = (folder / "two.html").read_text("utf-8")
    assert page == (folder / "three.html").read_text("utf-8")
    assert "checkpoint of keepclear.local/trial: size 44, root " in page
    code, out, _ = run(folder, "dossier", "part.zip", *asked, "--out", "four.html")
    assert (code, "keeps entries back" in out) == (0, True)
    assert "PART OF A RECORD" in (folder / "four.html").read_text("utf-8")
    other = run(folder, "dossier", "part.zip", *asked[:-1], "alpha", "--out", "five.html")
    assert (other[0], other[2].count("\n"), "made for bravo" in other[2]) == (2, 1, True)
    assert not (folder / "five.html").exists()


def test_without_typst_a_pdf_says_what_to_install_and_html_is_made(folder: Path, transit: str) -> None:
    about = ("dossier", "--about", transit, *PERIOD, "--data", "data")
    code, _, err = run(folder, *about, "--out", "none.pdf", blocked=True)
    assert (code, err.count("\n")) == (2, 1)
    assert "pip install 'keepclear[pdf]'" in err
    assert run(folder, *about, "--out", "some.html", blocked=True)[0] == 0


def told_of(folder: Path, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> str:
    """The line that bad input is told in; the command is run in this process, and writes nothing else."""
    monkeypatch.chdir(folder)
    result = CliRunner().invoke(app, ["dossier", *arguments])
    assert isinstance(result.exception, KeepclearError), result.output
    assert result.output == ""
    assert "\n" not in str(result.exception)
    return str(result.exception)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("--about nosuch --data data --out x.html", "--about: "),
        ("--data data --out x.html", "--about: missing"),
        ("--about ID --data data --out x.html --for nobody", "--for: "),
        ("--about ID --data data --out x.html --tz Mars/Olympus", "--tz: "),
        ("--about ID --data data --out there.html", "--out: there.html is there already"),
        ("--about ID --data data --out nowhere/x.html", "--out: nowhere/x.html cannot be written"),
        ("--about ID --data data --out x.docx", "--out: x.docx ends neither"),
        ("--about ID --data empty --out x.html", "--data: empty holds no record"),
        ("--about ID --data none --out x.html", "--data: none holds no record"),
        ("--about ID --out x.html", "BUNDLE: neither"),
        ("there.html --about ID --data data --out x.html", "BUNDLE: a bundle and --data"),
        ("there.html --about ID --out x.html", "there.html"),
    ],
)
def test_bad_input_is_told_in_one_line_and_nothing_is_written(
    folder: Path, transit: str, given: str, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert told_of(folder, monkeypatch, *PERIOD, *given.replace("ID", transit).split()).startswith(told)
    assert not (folder / "x.html").exists()
    assert not (folder / "none").exists()
    assert (folder / "there.html").read_text() == "mine"


@pytest.mark.parametrize(
    ("start", "end", "told"),
    [
        ("2026-04-09T09:00:00Z", "2026-04-09T09:00:00Z", "--to: "),
        ("2027-04-09T09:00:00Z", "2027-04-09T10:00:00Z", "--from: the period lies outside the record"),
        ("yesterday", "2026-04-09T09:00:00Z", "--from: "),
        ("2026-04-09T09:00:00", "2026-04-09T09:00:00Z", "--from: "),
    ],
)
def test_a_period_that_cannot_be_is_told(
    folder: Path, transit: str, start: str, end: str, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = ("--about", transit, "--from", start, "--to", end, "--data", "data", "--out", "y.html")
    assert told_of(folder, monkeypatch, *asked).startswith(told)


def test_the_signed_record_of_a_real_host_makes_a_dossier_once_it_has_stopped(tmp_path: Path) -> None:
    with RunningHost(tmp_path, unsigned=False) as host:
        alpha, bravo = SigningDesk(host, "alpha.air"), SigningDesk(host, "bravo.air")
        alpha.enrol()
        bravo.enrol()
        notice = alpha.statement("notice", notice_body(title="Crossing"), to=["bravo"])
        assert post_token(host, "alpha.air", alpha.key.signs(notice)).status_code == 201
        assert bravo.say("ack", {"about": notice["id"], "level": "person"}, to=["alpha"]).status_code == 201
        asked = ("--about", notice["id"], "--from", minutes_ahead(-10), "--to", minutes_ahead(10))
        code, _, err = run(tmp_path, "dossier", *asked, "--data", "data", "--out", "early.html")
        assert (code, "is at work on this data directory" in err) == (2, True), err
        host.stop()
    code, _, err = run(tmp_path, "dossier", *asked, "--data", "data", "--out", "crossing.html")
    assert (code, err) == (0, ""), err
    page = (tmp_path / "crossing.html").read_text("utf-8")
    seen = f"Acknowledges notice A: seen by a person. To alpha. Signed (key …{bravo.key.kid[-8:]})."
    assert seen in page
    assert "KEY_CHANGED" in page
    assert "Key of bravo.air, fingerprint " in page
    assert "each says what alerts were worked out then, and the same were worked out now" in page
    assert "checkpoint of keepclear.local/trial: size " in page
