"""Builds the console into the package when a wheel or a source archive is made.

``KEEPCLEAR_SKIP_CONSOLE=1`` leaves it out (an editable install in a checkout builds it with ``make console``).
"""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class ConsoleBuildHook(BuildHookInterface):  # type: ignore[type-arg]  # its parameter is hatchling's own config class
    """Runs ``scripts/console.py build`` before files are collected."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the console, unless told not to or nothing changed since the last time."""
        if version == "editable" or os.environ.get("KEEPCLEAR_SKIP_CONSOLE") == "1":
            return
        root = Path(self.root)
        spec = importlib.util.spec_from_file_location("console_build", root / "scripts" / "console.py")
        if spec is None or spec.loader is None:
            message = "scripts/console.py is missing: the console cannot be built"
            raise RuntimeError(message)
        console = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(console)
        console.build(root)
        build_data["artifacts"].append("src/keepclear/console_assets/**")
