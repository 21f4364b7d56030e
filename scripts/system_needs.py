"""Installs what the tests need from the system, where that is allowed.

Debian and Ubuntu name the packages below. Where they cannot be installed, the tests that need them say so and are
skipped; with ``CI=true`` such a skip is a failure.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

NEEDS: dict[str, tuple[str, ...]] = {
    "chromium": ("chromium", "fonts-dejavu-core"),
    "faketime": ("faketime",),
    "go": ("golang-go", "golang-golang-x-mod-dev"),
    "openssl": ("openssl",),
    "proj-data": ("proj-data",),
    "strace": ("strace",),
}
"""What is needed, and the Debian packages that bring it."""


def present(need: str) -> bool:
    """Whether the system has it already."""
    if need == "chromium":
        return any(shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome"))
    if need == "proj-data":
        return Path("/usr/share/proj/egm96_15.gtx").exists()
    if need == "go":
        return shutil.which("go") is not None and Path("/usr/share/gocode/src/golang.org/x/mod/sumdb/note").is_dir()
    return shutil.which(need) is not None


def installer() -> list[str] | None:
    """The command that may install packages here, or None."""
    if shutil.which("apt-get") is None:
        return None
    if os.geteuid() == 0:
        return ["apt-get"]
    if shutil.which("sudo") and subprocess.run(["sudo", "-n", "true"], capture_output=True).returncode == 0:
        return ["sudo", "-n", "apt-get"]
    return None


def main() -> None:
    """Install what is missing and say what could not be."""
    missing = [need for need in NEEDS if not present(need)]
    if not missing:
        return
    command = installer()
    if command is None:
        print(f"Missing, and not to be installed without rights: {', '.join(missing)}; those tests are skipped.")
        return
    packages = [package for need in missing for package in NEEDS[need]]
    print(f"Installing for the tests: {' '.join(packages)} …", flush=True)
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run([*command, "update", "-qq"], env=env, stdout=subprocess.DEVNULL, check=False)
    done = subprocess.run(
        [*command, "install", "-y", "-qq", "--no-install-recommends", *packages],
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    still = [need for need in NEEDS if not present(need)]
    if still:
        print(f"Could not be installed: {', '.join(still)}; those tests are skipped.\n{done.stderr.strip()}")


if __name__ == "__main__":
    main()
