"""One thing changed in a bundle: it is found, and the line says where. Nothing that is changed is ever «verified».

**Immaterial** is what nobody signed and nothing follows from: ``made_at`` and the spelling of the manifest, lines of
the checkpoint by keys that the reader does not know, and how the archive packs its members. Whom a bundle says it is
made for only decides of which desks gaps in the serials are shown.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from keepclear.errors import InvalidInput
from keepclear.record.bundle_file import Opened, line_of, manifest_bytes
from keepclear.record.signers import Ed25519Signer
from keepclear.record.verify.base64url import decoded, encoded
from keepclear.record.verify.bundle import NotABundle
from keepclear.record.verify.check import Asked, verify
from keepclear.record.verify.findings import Report
from tests.record.bundles import KEYS, ORIGIN, Parts, leaf, members, note, parts, salt, zipped
from tests.record.signed import BRAVO, NOTHING, small_record

FINDINGS = dict.fromkeys(range(10), b"[]")
RECORD = small_record().entries


def bundle() -> Parts:
    return parts(RECORD, findings=FINDINGS)


def found(folder: Path, changed: Parts) -> Report:
    return verify(changed.write(folder / "changed.zip"), Asked(KEYS))


def altered(line: bytes, **to: str | None) -> bytes:
    value = {**json.loads(line), **to}
    return json.dumps({key: held for key, held in value.items() if held is not None}).encode() + b"\n"


def flipped(text: str, at: int = 5) -> str:
    data = bytearray(decoded(text))
    data[at] ^= 1
    return encoded(bytes(data))


def change(index: int, key: str, to: Callable[[str], str | None]) -> Callable[[Parts], None]:
    """What a line has under a key becomes something else."""

    def apply(given: Parts) -> None:
        given.lines[index] = altered(given.lines[index], **{key: to(json.loads(given.lines[index])[key])})

    return apply


def relined(index: int, entry: bytes) -> Callable[[Parts], None]:
    """An entry is replaced with its leaf, as one could who has no key of the log."""

    def apply(given: Parts) -> None:
        given.lines[index] = line_of(leaf(entry, index), Opened(entry, salt(index), b"[]"))

    return apply


def _swap(given: Parts) -> None:
    given.lines[3], given.lines[4] = given.lines[4], given.lines[3]


def _invent(given: Parts) -> None:
    record = small_record(lambda more: more.say(BRAVO, "bravo.air"))
    given.lines.append(line_of(leaf(record.entries[10], 10), Opened(record.entries[10], salt(10))))


def _set(**to: object) -> Callable[[Parts], None]:
    def apply(given: Parts) -> None:
        given.manifest = replace(given.manifest, **to)  # type: ignore[arg-type]

    return apply


def _resign(given: Parts) -> None:
    """Another log's key signs."""
    other = Ed25519Signer(ORIGIN, b"\x01" * 32)
    given.checkpoint = note([leaf(entry, index) for index, entry in enumerate(RECORD)], [other])


def _checkpoint(change: Callable[[str], str]) -> Callable[[Parts], None]:
    def apply(given: Parts) -> None:
        given.checkpoint = change(given.checkpoint.decode()).encode()

    return apply


def _in_signature(line: int) -> Callable[[str], str]:
    def apply(text: str) -> str:
        lines = text.split("\n")
        letters = lines[line]
        swapped = "A" if letters[-20] != "A" else "B"
        lines[line] = letters[:-20] + swapped + letters[-19:]
        return "\n".join(lines)

    return apply


TOLD = encoded(sha256(b'[{"a":1}]').digest())
ROOT = "bundle: root of the tree: "
TABLE: dict[str, tuple[Callable[[Parts], None], str]] = {
    "an entry": (change(3, "entry", flipped), "entry 3: entry and salt: open the commitment "),
    "an entry with its leaf": (relined(3, RECORD[3].replace(b"delivery", b"delivery")[:-1] + b" }"), ROOT),
    "a salt": (change(3, "salt", flipped), "entry 3: entry and salt: open the commitment "),
    "a salt cut short": (change(3, "salt", lambda text: text[:20]), "entry 3: salt: 15 bytes; should be 16 bytes"),
    "a leaf": (change(3, "leaf", lambda text: flipped(text, 60)), "entry 3: entry and salt: open the commitment "),
    "a leaf's form": (change(3, "leaf", flipped), "entry 3: leaf: "),
    "the leaf of a closed entry": (
        lambda given: given.lines.__setitem__(3, line_of(leaf(RECORD[4], 3))), ROOT
    ),
    "the order": (_swap, "entry 4: time of hearing: 1790000003000 ms; should be 1790000004000 ms or later"),
    "an entry dropped": (lambda given: given.lines.__delitem__(3), "bundle: entries: 9 lines; should be 10"),
    "an entry doubled": (
        lambda given: given.lines.insert(3, given.lines[3]), "entry 10: line: beyond the record's end; should be 10"
    ),
    "a statement doubled in place of another": (
        lambda given: given.lines.__setitem__(5, given.lines[3]),
        "entry 5: statement's id: ",
    ),
    "a statement invented": (_invent, "entry 10: line: beyond the record's end; should be 10 lines"),
    "a time of hearing": (
        relined(3, RECORD[3].replace(b'"at":1790000003000', b'"at":1790000003001')), ROOT
    ),
    "a time of hearing in the entry alone": (
        lambda given: given.lines.__setitem__(3, altered(
            given.lines[3], entry=encoded(RECORD[3].replace(b'"at":1790000003000', b'"at":1790000003001'))
        )),
        "entry 3: entry and salt: open the commitment ",
    ),
    "an alert that was told": (
        lambda given: given.lines.__setitem__(3, given.lines[3].replace(b'"findings":[]', b'"findings":[{"a":1}]')),
        f"entry 3: findings: hash to {TOLD}; should be {NOTHING}",
    ),
    "the hash of what was worked out": (
        relined(3, RECORD[3].replace(NOTHING.encode(), b"A" * 43)), "entry 3: findings: hash to "
    ),
    "the root in the checkpoint": (
        _checkpoint(lambda text: text.replace(text.split("\n")[2], "A" * 43 + "=")),
        "bundle: checkpoint: signature of keepclear.local/trial ",
    ),
    "the size in the checkpoint": (
        _checkpoint(lambda text: text.replace("\n10\n", "\n9\n")), "bundle: checkpoint: signature of keepclear.local/"
    ),
    "the origin in the checkpoint": (
        _checkpoint(lambda text: text.replace("trial\n", "trail\n")), "bundle: checkpoint: signature of keepclear"
    ),
    "the first signature": (_checkpoint(_in_signature(4)), "bundle: checkpoint: signature of keepclear.local/trial "),
    "the second signature": (_checkpoint(_in_signature(5)), "bundle: checkpoint: signature of keepclear.local/trial "),
    "a signature left out": (
        _checkpoint(lambda text: "\n".join(text.split("\n")[:5]) + "\n"),
        "bundle: checkpoint: no signature of keepclear.local/trial+",
    ),
    "a checkpoint by another key": (_resign, "bundle: checkpoint: no signature of keepclear.local/trial+"),
    "the manifest's origin": (
        _set(origin="elsewhere"), "bundle: manifest's origin: elsewhere; should be keepclear.local/trial, as its"
    ),
    "the manifest's size": (_set(size=11), "bundle: manifest's size: 11; should be 10, as its checkpoint says"),
    "a line that is no JSON": (lambda given: given.lines.__setitem__(3, b"{\n"), "entry 3: line: '{'; should be a"),
    "a line with a key twice": (
        lambda given: given.lines.__setitem__(3, given.lines[3].replace(b"{", b'{"leaf":"",', 1)),
        "entry 3: line: ",
    ),
    "a line with something else": (
        lambda given: given.lines.__setitem__(3, given.lines[3].replace(b"{", b'{"note":1,', 1)),
        "entry 3: line: the members entry, findings, leaf, note, salt; should be no other than leaf, entry, salt,",
    ),
    "base64 spelt otherwise": (change(3, "salt", lambda text: text + "="), "entry 3: salt: "),
}  # fmt: skip


@pytest.mark.parametrize("what", TABLE)
def test_what_is_changed_is_found_and_named(tmp_path: Path, what: str) -> None:
    changed = bundle()
    alter, expected = TABLE[what]
    alter(changed)
    report = found(tmp_path, changed)
    assert not report.is_verified
    lines = [failure.line for failure in report.failures]
    assert any(line.startswith(expected) for line in lines), lines


def test_the_bundle_that_is_changed_here_is_good_as_it_is(tmp_path: Path) -> None:
    report = found(tmp_path, bundle())
    assert (report.failures, report.disclosed) == ([], 10)


def test_when_was_it_made_is_nobodys_word(tmp_path: Path) -> None:
    changed = bundle()
    _set(made_at="yesterday")(changed)
    assert found(tmp_path, changed).is_verified


def test_a_key_that_the_bundle_names_is_only_as_good_as_the_bundle(tmp_path: Path) -> None:
    """Somebody makes a whole log of his own: only a reader's own key can tell."""
    changed = bundle()
    _resign(changed)
    _set(keys=(Ed25519Signer(ORIGIN, b"\x01" * 32).key,))(changed)
    path = changed.write(tmp_path / "forged.zip")
    assert verify(path).is_verified
    assert verify(path).keys_from == "the bundle itself"
    assert not verify(path, Asked(KEYS)).is_verified


MEMBERS = {"manifest.json", "checkpoint", "entries.jsonl"}


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return bundle().write(tmp_path_factory.mktemp("good") / "bundle.zip")


def outcome(path: Path) -> str:
    try:
        report = verify(path, Asked(KEYS))
    except InvalidInput as error:
        return "no bundle" if str(error) else "without a word"
    if any("\n" in failure.line for failure in report.failures):
        return "in two lines"
    return "verified" if report.is_verified else "not verified"


def _same_meaning(name: str, before: bytes, after: bytes) -> bool:
    """Whether a changed member says the same in all that anything follows from; only of the manifest can that be."""
    if name != "manifest.json":
        return False
    said, says = json.loads(before), json.loads(after)
    return all(said[key] == says.get(key) for key in ("format", "origin", "keys", "size"))


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_a_changed_byte_of_a_member_is_never_verified(
    data: st.DataObject, good: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """The archive is made anew around it, so that no checksum helps."""
    held = members(good)
    name = data.draw(st.sampled_from(sorted(MEMBERS)))
    place = data.draw(st.integers(0, len(held[name]) - 1))
    changed = bytearray(held[name])
    changed[place] ^= data.draw(st.integers(1, 255))
    path = tmp_path_factory.getbasetemp() / "one-byte.zip"
    zipped(path, {**held, name: bytes(changed)}.items())
    if outcome(path) == "verified":
        assert _same_meaning(name, held[name], bytes(changed)), (name, place, bytes(changed[place : place + 1]))


@settings(max_examples=300, deadline=None)
@given(seed=st.integers(0, 2**32), flips=st.integers(1, 4))
@example(seed=0, flips=1)
def test_a_changed_byte_of_the_file_is_never_verified_as_something_else(
    seed: int, flips: int, good: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Of the archive as it lies on a disk: where it is verified, every member that was read is the same."""
    draw = random.Random(seed)  # noqa: S311 - a load, no secret
    data = bytearray(good.read_bytes())
    for _ in range(flips):
        data[draw.randrange(len(data))] ^= draw.randrange(1, 256)
    path = tmp_path_factory.getbasetemp() / "flipped.zip"
    path.write_bytes(data)
    if outcome(path) == "verified":
        held, now = members(good), members(path)
        assert all(held[name] == now[name] or _same_meaning(name, held[name], now[name]) for name in MEMBERS)


@pytest.mark.parametrize("length", [0, 1, 21, 22, 100])
def test_a_file_cut_short_is_no_bundle(good: Path, tmp_path: Path, length: int) -> None:
    path = tmp_path / "cut.zip"
    path.write_bytes(good.read_bytes()[:length])
    assert outcome(path) == "no bundle"


def _with(good: Path, **more: bytes) -> list[tuple[str, bytes]]:
    return list({**members(good), **more}.items())


def test_a_member_that_does_not_belong_there_is_refused(good: Path, tmp_path: Path) -> None:
    for name in ("../outside", "/etc/passwd", "notes.txt", "earlier-checkpoints/x", "entries.jsonl/"):
        with pytest.raises(NotABundle, match="a member"):
            verify(zipped(tmp_path / "more.zip", [*_with(good), (name, b"")]))


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_member_that_is_there_twice_is_refused(good: Path, tmp_path: Path) -> None:
    with pytest.raises(NotABundle, match="a second member"):
        verify(zipped(tmp_path / "twice.zip", [*_with(good), ("checkpoint", members(good)["checkpoint"])]))


def test_what_unpacks_to_far_more_than_it_is_is_not_unpacked(good: Path, tmp_path: Path) -> None:
    with pytest.raises(NotABundle, match="packed into"):
        verify(zipped(tmp_path / "bomb.zip", _with(good, **{"entries.jsonl": b"\n" * 50_000_000})))


def test_a_member_over_its_limit_is_refused(good: Path, tmp_path: Path) -> None:
    with pytest.raises(NotABundle, match="over 262,144 bytes"):
        verify(zipped(tmp_path / "long.zip", _with(good, checkpoint=random.Random(1).randbytes(300_000))))  # noqa: S311


def test_a_bundle_without_a_member_is_none(good: Path, tmp_path: Path) -> None:
    for name in MEMBERS:
        rest = [(held, data) for held, data in _with(good) if held != name]
        with pytest.raises(NotABundle, match=f"without {name}"):
            verify(zipped(tmp_path / "less.zip", rest))


@pytest.mark.parametrize(
    ("manifest", "expected"),
    [
        (b"[]", "no JSON object"),
        (b'{"format":"x"}', "the format"),
        (b'{"format":"keepclear-bundle/1","format":"keepclear-bundle/1"}', "each key once"),
        (b'{"format":"keepclear-bundle/1","size":-1}', "size"),
        (b'{"format":"keepclear-bundle/1","size":1,"keys":[]}', "keys"),
        (b'{"format":"keepclear-bundle/1","size":1,"keys":["x"],"origin":"o"}', "keys"),
        (b'{"format":"keepclear-bundle/1","size":1,"keys":["x"]}', "origin"),
        (b"[" * 100_000, "no JSON object"),
    ],
)
def test_a_manifest_that_is_none_is_named(good: Path, tmp_path: Path, manifest: bytes, expected: str) -> None:
    with pytest.raises(NotABundle, match=expected):
        verify(zipped(tmp_path / "m.zip", _with(good, **{"manifest.json": manifest})))


def test_lines_without_end_are_read_no_further_than_the_record(good: Path, tmp_path: Path) -> None:
    lines = members(good)["entries.jsonl"] + b"{}\n" * 2_000
    report = verify(zipped(tmp_path / "more.zip", _with(good, **{"entries.jsonl": lines})), Asked(KEYS))
    assert [failure.line for failure in report.failures] == [
        "entry 10: line: beyond the record's end; should be 10 lines, one for each entry"
    ]


def test_an_earlier_checkpoint_is_of_the_same_history_or_proof_of_another(good: Path, tmp_path: Path) -> None:
    leaves = [leaf(entry, index) for index, entry in enumerate(RECORD)]
    same, other = note(leaves[:6]), note([*leaves[:5], leaves[6]])
    path = zipped(tmp_path / "same.zip", _with(good, **{"earlier-checkpoints/6": same}))
    report = verify(path, Asked(KEYS))
    assert (report.failures, report.consistent_with) == ([], [6])
    path = zipped(tmp_path / "other.zip", _with(good, **{"earlier-checkpoints/6": other}))
    assert [failure.what for failure in verify(path, Asked(KEYS)).failures] == ["earlier checkpoint"]


def test_a_checkpoint_of_before_or_a_bundle_of_later_is_compared(good: Path, tmp_path: Path) -> None:
    leaves = [leaf(entry, index) for index, entry in enumerate(RECORD)]
    before, after = tmp_path / "before", tmp_path / "after.zip"
    before.write_bytes(note(leaves[:7]))
    longer = small_record(lambda more: more.keep("clock")).entries
    parts(longer).write(after)
    for path, size in ((before, 7), (after, 10)):
        report = verify(good, Asked(KEYS, against=path))
        assert (report.failures, report.consistent_with) == ([], [size])
    forked = parts([*longer[:4], longer[4].replace(b'"through":3', b'"through":2'), *longer[5:]])
    report = verify(good, Asked(KEYS, against=forked.write(tmp_path / "fork.zip")))
    assert "two histories were shown" in report.failures[0].line
    (tmp_path / "later").write_bytes(note([leaf(entry, index) for index, entry in enumerate(longer)]))
    with pytest.raises(InvalidInput, match="more than the 10 here"):
        verify(good, Asked(KEYS, against=tmp_path / "later"))


def test_a_manifest_is_read_as_it_was_written(tmp_path: Path) -> None:
    from keepclear.record.verify.bundle import Bundle

    given = bundle()
    _set(made_for="alpha", policy="quorum none\n")(given)
    with Bundle(given.write(tmp_path / "b.zip")) as read:
        assert read.manifest == given.manifest
        assert manifest_bytes(read.manifest) == manifest_bytes(given.manifest)
