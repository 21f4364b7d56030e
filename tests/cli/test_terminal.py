"""The terminal: exit codes, one line for what was wrong, no traceback for anything that is given, and quick help."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from keepclear.cli import main as cli
from keepclear.cli.check import one_option_each
from keepclear.cli.output import plain
from tests.formats.samples import MECHANISM, collection, feature

Run = Callable[..., tuple[int, str, str]]
HEAVY = {"numpy", "shapely", "pyproj", "fastapi", "uvicorn", "rich", "httpx2", "pydantic", "structlog"}


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command line in this process: exit status, standard output, standard error."""

    def runs(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["keepclear", *arguments])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        captured = capsys.readouterr()
        code = ended.value.code
        return (code if isinstance(code, int) else 0), captured.out, captured.err

    return runs


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with plan files in it, and the process in that folder."""
    files = {
        "clear.geojson": collection(feature("n1", "alpha"), feature("n2", "alpha")),
        "meet.geojson": collection(feature("n3", "bravo"), feature("n4", "bravo", start="2026-04-09T09:30:00Z")),
        "other.geojson": collection(feature("n1", "charlie")),
        "bad.geojson": collection(feature("n1", "alpha"), feature("n2", "alpha", floor="100")),
    }
    for name, document in files.items():
        (tmp_path / name).write_text(json.dumps(document))
    (tmp_path / "rules.toml").write_text(MECHANISM)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def process(*arguments: str, stdin: bytes = b"", pipe: str = "") -> tuple[int, bytes, bytes]:
    """The real process: exit status, standard output, standard error."""
    command: Sequence[str] = [sys.executable, "-m", "keepclear", *arguments]
    if pipe:
        command = ["bash", "-o", "pipefail", "-c", f'"$0" "$@" | {pipe}', *command]
    done = subprocess.run(command, input=stdin, capture_output=True, check=False, timeout=60)
    return done.returncode, done.stdout, done.stderr


def test_help_names_every_command_and_loads_nothing_heavy() -> None:
    program = (
        "import sys, keepclear.cli.main as m\n"
        "sys.argv = ['keepclear', '--help']\n"
        "try: m.main()\n"
        "except SystemExit: pass\n"
        f"print([name for name in {sorted(HEAVY)!r} if name in sys.modules], file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    for command in ("demo", "serve", "check", "replay", "say", "ack", "stop", "line", "inbox", "handover"):
        assert f"  {command} " in done.stdout
    assert done.stderr.strip() == "[]"


def test_every_command_has_json() -> None:
    def leaves(command: Any) -> Iterator[Any]:
        below = getattr(command, "commands", None)
        yield from (command,) if below is None else (leaf for one in below.values() for leaf in leaves(one))

    found = list(leaves(get_command(cli.app)))
    assert len(found) > 20
    for command in found:
        assert "--json" in {option for one in command.params for option in one.opts}, command.name


def test_no_conflict_ends_with_0_and_a_sentence(run: Run, folder: Path) -> None:
    assert run("check", "clear.geojson") == (0, "2 notices checked: no conflict.\n", "")


def test_a_conflict_ends_with_1_and_a_table(run: Run, folder: Path) -> None:
    code, out, err = run("check", "clear.geojson", "meet.geojson")
    assert (code, err) == (1, "")
    assert out.count("CONFLICT") == 4
    assert out.endswith("4 notices checked: 4 conflicts.\n")


def test_json_is_one_document_with_sorted_pairs(run: Run, folder: Path) -> None:
    code, out, _ = run("check", "meet.geojson", "clear.geojson", "--json")
    answer = json.loads(out)
    assert (code, answer["checked"]) == (1, 4)
    rows = [(row["a"], row["b"], row["verdict"]) for row in answer["conflicts"]]
    assert rows == [(a, b, "CONFLICT") for a in ("n1", "n2") for b in ("n3", "n4")]
    assert list(answer["conflicts"][0]) == [
        "a",
        "b",
        "verdict",
        "start",
        "end",
        "widened",
        "lateral_gap_m",
        "vertical_gap_m",
        "overlap",
    ]
    assert (answer["conflicts"][1]["start"], answer["conflicts"][1]["end"]) == (
        "2026-04-09T09:30:00Z",
        "2026-04-09T10:00:00Z",
    )


def test_same_party_adds_its_own_pairs(run: Run, folder: Path) -> None:
    code, out, _ = run("check", "clear.geojson", "--same-party", "--json")
    assert (code, [(row["a"], row["b"]) for row in json.loads(out)["conflicts"]]) == (1, [("n1", "n2")])


def test_against_takes_several_files_and_does_not_check_them_among_themselves(run: Run, folder: Path) -> None:
    (folder / "third.geojson").write_text(json.dumps(collection(feature("n5", "delta"))))
    code, out, _ = run("check", "clear.geojson", "--against", "meet.geojson", "third.geojson", "--json")
    answer = json.loads(out)
    assert (code, answer["checked"]) == (1, 2)
    assert {row["a"] for row in answer["conflicts"]} == {"n1", "n2"}
    assert {row["b"] for row in answer["conflicts"]} == {"n3", "n4", "n5"}


def test_files_after_against_end_at_the_next_option() -> None:
    spread = one_option_each(["a", "--against", "b", "-", "--json", "c", "--", "--against", "d"], "--against")
    assert spread == ["a", "--against", "b", "--against", "-", "--json", "c", "--", "--against", "d"]


def test_the_same_notice_in_two_files_is_one_and_a_different_one_is_refused(run: Run, folder: Path) -> None:
    assert run("check", "clear.geojson", "--against", "clear.geojson") == (0, "2 notices checked: no conflict.\n", "")
    code, _, err = run("check", "clear.geojson", "other.geojson")
    assert (code, err) == (
        2,
        "other.geojson: notice 'n1': is another one in clear.geojson; each notice's id for one notice only\n",
    )


def test_rules_keep_neighbours_apart(run: Run, folder: Path) -> None:
    near = feature("n6", "bravo", "fixed_wing", geometry={"type": "Point", "coordinates": [37.1, 35.0]})
    (folder / "near.geojson").write_text(json.dumps(collection(near)))
    assert run("check", "clear.geojson", "near.geojson")[0] == 0
    assert run("check", "clear.geojson", "near.geojson", "--rules", "rules.toml")[0] == 1


BAD_USE = [
    (("check", "bad.geojson"), "bad.geojson: features[1] (notice 'n2').properties.floor: '100'"),
    (("check", "none.geojson"), "none.geojson: cannot be read (No such file or directory); a file that can be read"),
    (("check", "."), ".: cannot be read (Is a directory)"),
    (("check", "\udce4.geojson"), "cannot be read"),
    (("check", "a\nb\x1b[31m"), "a\\nb\\x1b[31m: cannot be read"),
    (("check", "rules.toml"), "rules.toml: line 2 column 1: no JSON"),
    (("check", "clear.geojson", "--rules", "clear.geojson"), "clear.geojson: no TOML"),
    (("check", "clear.geojson", "--against", "bad.geojson"), "bad.geojson: features[1]"),
    (("check",), "Missing argument"),
    (("check", "clear.geojson", "--nope"), "No such option"),
    (("chekc",), "No such command"),
    (("replay", "none.toml"), "none.toml: cannot be read"),
    (("replay", "rules.toml"), "rules.toml: name: unknown key 'name'"),
    (("replay", "clear.geojson"), "clear.geojson: no TOML"),
    (("say", "notice", "--body", "{"), "--token: missing"),
    (("say", "notice", "--token", "t", "--body", '{"a": 1, "a": 2}'), "--body: a: the key 'a' stands twice"),
    (("say", "notice", "--token", "t", "--body", "[]"), "--body: no JSON object"),
    (("say", "notice", "--token", "t", "--body", "@none.json"), "none.json: cannot be read"),
    (("say", "notice", "--token", "t", "--body", '{"title": "x"}', "--title", "y"), "--title: the body has 'title'"),
    (("inbox", "--token", "t", "--host", "localhost"), "--host: 'localhost'; an address such as http://"),
    (("inbox", "--token", "t", "--host", "http://127.0.0.1:9"), "no host answers at http://127.0.0.1:9"),
    (("serve", "--listen", "nowhere"), "--listen: 'nowhere'"),
    (("serve", "--mechanism", "none.toml"), "none.toml"),
    (("serve", "--mechanism", "clear.geojson"), "clear.geojson"),
]


@pytest.mark.parametrize(("arguments", "said"), BAD_USE, ids=[" ".join(arguments)[:40] for arguments, _ in BAD_USE])
def test_bad_input_ends_with_2_and_one_line_that_says_what(
    run: Run, folder: Path, arguments: tuple[str, ...], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("KEEPCLEAR_HOST", "KEEPCLEAR_TOKEN", "KEEPCLEAR_TOKEN_FILE"):
        monkeypatch.delenv(name, raising=False)
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert said in err
    assert "Traceback" not in err


BAD_FILES = {
    "empty": (b"", "line 1 column 1: no JSON"),
    "blanks": (b" \n ", "no JSON"),
    "truncated": (b'{"type": "FeatureCollection", "features": [{"type": "Fea', "line 1 column"),
    "two documents": (b"{} {}", "no JSON: Extra data"),
    "UTF-16": ('{"type": "FeatureCollection"}'.encode("utf-16"), "no UTF-8"),
    "Latin-1": (b'{"type": "FeatureCollection", "name": "\xe9t\xe9"}', "byte 39 is no UTF-8"),
    "zero bytes": (b"\0" * 64, "no JSON"),
    "deep": (b"[" * 100_000, "nested over 32 deep"),
    "deep objects": (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "nested over 32 deep"),
    "NaN": (b'{"type": "FeatureCollection", "features": [NaN]}', "features[0]: NaN"),
    "infinity": (b'{"type": "FeatureCollection", "features": [-Infinity]}', "features[0]: -Infinity"),
    "huge number": (b'{"type": "FeatureCollection", "features": [1e999]}', "features[0]: 1e999"),
    "many digits": (b'{"type": "FeatureCollection", "features": [' + b"9" * 100_000 + b"]}", "features[0]: 9999"),
    "key twice": (b'{"type": "FeatureCollection", "features": [], "features": []}', "stands twice"),
    "half a character": (b'{"type": "FeatureCollection", "features": ["\\ud800"]}', "half of a surrogate pair"),
    "no collection": (b"[1, 2]", "a list of 2; a GeoJSON FeatureCollection"),
    "a million vertices": (
        b'{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"notice": "n1", "party": "a",'
        b'"activity": "uas"}, "geometry": {"type": "Polygon", "coordinates": [[' + b"1," * 1_000_000 + b"1]]}}]}",
        "features[0] (notice 'n1')",
    ),
}
"""What a plan file may hold that is none, and what is said of it."""


@pytest.mark.parametrize(("data", "said"), BAD_FILES.values(), ids=BAD_FILES)
def test_a_file_that_is_no_plan_file_ends_with_2_and_one_short_line(
    run: Run, folder: Path, data: bytes, said: str
) -> None:
    (folder / "broken.geojson").write_bytes(data)
    code, out, err = run("check", "clear.geojson", "broken.geojson", "--json")
    assert (code, out) == (2, "")
    assert err.startswith("broken.geojson: ")
    assert said in err
    assert err.count("\n") == 1
    assert len(err) < 500


def test_a_pipe_is_a_file(folder: Path) -> None:
    named = folder / "pipe"
    os.mkfifo(named)
    with subprocess.Popen(["bash", "-c", "printf '[' > pipe"], cwd=folder) as writer:
        code, out, err = process("check", str(named))
        assert writer.wait() == 0
    assert (code, out) == (2, b"")
    assert b"pipe: line 1 column 2: no JSON" in err


def test_a_token_file_that_everybody_can_read_is_refused(run: Run, folder: Path) -> None:
    token = folder / "token"
    token.write_text("abc\n")
    token.chmod(0o644)
    code, _, err = run("inbox", "--token-file", "token", "--host", "http://127.0.0.1:9")
    assert (code, err) == (2, "token: open to everybody (mode 644); chmod 600 token\n")
    token.chmod(0o600)
    assert "no host answers" in run("inbox", "--token-file", "token", "--host", "http://127.0.0.1:9")[2]


def test_replay_ends_with_the_count_and_1_where_anything_is_unmet(run: Run, folder: Path) -> None:
    (folder / "strait.toml").write_text(MECHANISM)
    scenario = 'title = "x"\nstart = 2026-04-09T06:00:00Z\n[mechanism]\nfile = "strait.toml"\n'
    (folder / "fine.toml").write_text(f'{scenario}[[never]]\nalert = "*"\n')
    (folder / "unmet.toml").write_text(f'{scenario}[[expect]]\nalert = "NO_ACK"\n')
    assert run("replay", "fine.toml") == (0, "1 met, 0 unmet\n", "")
    code, out, _ = run("replay", "fine.toml", "unmet.toml")
    assert code == 1
    assert out == "unmet.toml: expect[0] NO_ACK: nothing of the kind was raised\n1 met, 1 unmet\n"
    code, out, _ = run("replay", "unmet.toml", "--json")
    answer = json.loads(out)
    assert (code, answer["met"], answer["unmet"]) == (1, 0, 1)
    assert answer["scenarios"][0]["expectations"][0]["seen"] == "nothing of the kind was raised"


def test_standard_input_is_a_file_and_a_closed_pipe_is_no_error(folder: Path) -> None:
    many = collection(*(feature(f"n{number}", f"p{number}") for number in range(12)))
    code, out, err = process("check", "-", "--json", stdin=json.dumps(many).encode())
    assert (code, err) == (1, b"")
    assert len(json.loads(out)["conflicts"]) == 12 * 11 // 2
    code, out, err = process("check", "-", "--json", stdin=json.dumps(many).encode(), pipe="head -c 10")
    assert (len(out), err) == (10, b"")


def test_a_terminal_that_lacks_a_letter_is_no_reason_to_fail(folder: Path) -> None:
    (folder / "far.geojson").write_text(json.dumps(collection(feature("нота", "alpha", floor="1 – 2"))))
    (folder / "near.geojson").write_text(json.dumps(collection(feature("нота", "alpha"), feature("日", "bravo"))))
    environment = os.environ | {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0", "LC_ALL": "C"}
    for name, status in (("far.geojson", 2), ("near.geojson", 1)):
        command = [sys.executable, "-m", "keepclear", "check", name]
        done = subprocess.run(command, env=environment, capture_output=True, check=False)
        assert (done.returncode, b"Traceback" in done.stderr) == (status, False)


def test_what_a_file_says_cannot_steer_the_terminal() -> None:
    assert plain("a\x1b[2Jb\nc\u202ed\x00é") == "a\\x1b[2Jb\\nc\\u202ed\\x00é"
