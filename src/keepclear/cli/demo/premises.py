"""Where a demo lives: its folder, its agreement, its tokens and the links for each role."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from keepclear.errors import InvalidInput

ROLES = (("Alpha", "alpha.air"), ("Bravo", "bravo.air"), ("Mediator", "mediator.duty"))
"""Who gets a console address: the role as it is shown, and its desk."""

KEPT = "demo-tokens.json"


@dataclass(frozen=True, slots=True)
class Premises:
    """A demo's data directory; ``tokens`` by desk. A real host keeps hashes alone; the demo keeps its own tokens."""

    folder: Path
    tokens: dict[str, str]

    @property
    def agreement(self) -> Path:
        """The mechanism file that the host is started with."""
        return self.folder / "agreement.toml"

    def links(self, url: str) -> list[dict[str, str]]:
        """One console address per role."""
        return [{"role": role, "desk": desk, "address": f"{url}/#token={self.tokens[desk]}"} for role, desk in ROLES]


def move_in(folder: Path) -> Premises:
    """The demo kept in ``folder``, begun there if it is new. Raises ``InvalidInput`` when another host lives there."""
    from keepclear.api.serve import TOKENS_FILE, read_agreement
    from keepclear.host import tokens

    folder.mkdir(parents=True, exist_ok=True)
    kept = folder / KEPT
    if kept.exists():
        return Premises(folder, _read(kept))
    if (folder / TOKENS_FILE).exists():
        raise InvalidInput(f"--data {folder}", "a host that is no demo keeps its record there", "a folder of its own")
    premises = Premises(folder, {})
    premises.agreement.write_bytes(resources.files(__package__).joinpath("agreement.toml").read_bytes())
    book, made = tokens.issue(read_agreement(premises.agreement).desk_by_id)
    premises.tokens.update(made)
    file = os.open(kept, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(file, "w", encoding="utf-8") as out:  # noqa: PTH123 - opened by descriptor, for its mode
        json.dump(made, out)
    book.save(folder / TOKENS_FILE)
    return premises


def _read(kept: Path) -> dict[str, str]:
    try:
        found = json.loads(kept.read_text(encoding="utf-8"))
        return {desk: str(found[desk]) for desk in found}
    except (OSError, ValueError, TypeError) as error:
        raise InvalidInput(
            str(kept), f"cannot be read ({error})", "what an earlier demo wrote, or a new --data"
        ) from None
