"""Secrets are of their owner alone, are made whole or not at all, and are never made a second time."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from keepclear.errors import InvalidInput
from keepclear.record.keys import log_keys, make_secrets, read_secret

NAMES = ("ed25519", "ml-dsa-44", "salt")


def test_new_keys_are_of_their_owner_alone_and_the_same_ever_after(tmp_path: Path) -> None:
    old_mask = os.umask(0)
    try:
        keys = log_keys(tmp_path / "data" / "keys")
    finally:
        os.umask(old_mask)
    folder = tmp_path / "data" / "keys"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == dict.fromkeys(NAMES, 0o600)
    assert log_keys(folder) == keys
    assert len({keys.ed25519_seed, keys.ml_dsa_seed, keys.salt_secret}) == 3
    assert log_keys(tmp_path / "others") != keys
    assert [path.name for path in folder.parent.iterdir()] == ["keys"]


def test_a_folder_of_keys_is_never_written_over(tmp_path: Path) -> None:
    keys = log_keys(tmp_path / "keys")
    with pytest.raises(OSError, match="not empty"):
        make_secrets(tmp_path / "keys", NAMES)
    assert log_keys(tmp_path / "keys") == keys


def test_a_key_that_is_gone_is_not_made_anew(tmp_path: Path) -> None:
    log_keys(tmp_path / "keys")
    (tmp_path / "keys" / "salt").unlink()
    with pytest.raises(InvalidInput, match="put it back"):
        log_keys(tmp_path / "keys")


@pytest.mark.parametrize("content", [b"", b"\xff\n", b"AAAA\n", b"A" * 43 + b"=\n\n", b"B" * 43 + b"=\n", b"A" * 300])
def test_what_is_no_secret_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "seed"
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(InvalidInput):
        read_secret(path)


def test_a_secret_that_others_may_read_is_refused(tmp_path: Path) -> None:
    log_keys(tmp_path / "keys")
    (tmp_path / "keys" / "salt").chmod(0o640)
    with pytest.raises(InvalidInput, match="chmod 600"):
        log_keys(tmp_path / "keys")
