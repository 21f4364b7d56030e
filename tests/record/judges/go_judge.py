"""The judge in Go (``judges/go``), built with Debian's packages and asked over a pipe."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from keepclear.record.verify.encoding import base64_of

SOURCE = Path(__file__).parent / "go" / "judge.go"
GOPATH = Path("/usr/share/gocode")
PRESENT = shutil.which("go") is not None and (GOPATH / "src/golang.org/x/mod/sumdb/note").is_dir()


class GoJudge:
    """The program at work; use it in a ``with`` block."""

    def __init__(self, folder: Path) -> None:
        program = folder / "judge"
        env = {
            "PATH": os.environ["PATH"],
            "GOPATH": str(GOPATH),
            "GO111MODULE": "off",
            "GOCACHE": str(folder / "cache"),
            "GOFLAGS": "",
            "HOME": str(folder),
        }
        subprocess.run(["go", "build", "-o", str(program), str(SOURCE)], check=True, env=env, timeout=240)
        self._program = subprocess.Popen(
            [str(program)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
        )

    def __enter__(self) -> GoJudge:
        return self

    def __exit__(self, *_: object) -> None:
        assert self._program.stdin is not None
        assert self._program.stdout is not None
        self._program.stdin.close()
        self._program.wait(20)
        self._program.stdout.close()

    def ask(self, op: str, **question: Any) -> str:
        """«holds», or why not. Hashes are given as bytes."""
        said = {name: _said(value) for name, value in question.items()}
        assert self._program.stdin is not None
        assert self._program.stdout is not None
        self._program.stdin.write(json.dumps({"op": op, **said}) + "\n")
        self._program.stdin.flush()
        answer = self._program.stdout.readline().rstrip("\n")
        assert answer, "the judge has gone"
        return answer


def _said(value: Any) -> Any:
    if isinstance(value, bytes):
        return base64_of(value)
    if isinstance(value, list):
        return [_said(one) for one in value]
    return str(value) if isinstance(value, Path) else value
