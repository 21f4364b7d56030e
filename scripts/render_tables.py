"""Writes ``alerts.md``, ``states.md`` and ``phrases.md`` of the reference from the tables that the mechanism runs.

python scripts/render_tables.py          # writes all
python scripts/render_tables.py --check  # writes nothing; exit 1 when one is not what the tables say
"""

from __future__ import annotations

import sys
from pathlib import Path

from keepclear.formats.phrase_text import LANGUAGES, NOT_CHECKED, Language, phrase_text
from keepclear.mechanism.alert_table import ALERT_TABLE
from keepclear.mechanism.phrase_book import PHRASE_BOOK, Phrase, PhraseGroup
from keepclear.mechanism.rules import RULE_KEYS
from keepclear.mechanism.statement import BODIES, OWES_ACK
from keepclear.mechanism.states import (
    GRADE_MOVES,
    NOTICE_MOVES,
    PROPOSAL_MOVES,
    STOP_MOVES,
    Grade,
    NoticeState,
    ProposalState,
    StopState,
)
from keepclear.mechanism.suspension import PASSES
from keepclear.mechanism.words import PROTECTED

REFERENCE = Path(__file__).resolve().parent.parent / "docs" / "reference"
RENDERED = "<!-- Rendered by scripts/render_tables.py from the tables in src/keepclear/mechanism. Do not edit. -->\n"


def alerts_page() -> str:
    """Every alert code with what it means, and every rule with its default."""
    return "\n".join(
        [
            RENDERED,
            "# Alerts\n",
            "An alert is raised once while its cause lasts, rises when it becomes more urgent, and clears by itself",
            "when the cause goes, saying why. An amendment that does not cure it raises nothing anew. The mediator's",
            "duty desk gets every `warning`.\n",
            "| code | raised when | severity | besides the mediator to | looked at | rules |",
            "| --- | --- | --- | --- | --- | --- |",
            *(
                f"| `{row.code}` | {row.meaning} | {row.severity} | {row.to} | {row.moment} | {_keys(row.rules)} |"
                for row in ALERT_TABLE.values()
            ),
            "",
            "## What may be done\n",
            *(f"- `{row.code}`: {' '.join(row.may_do)}" for row in ALERT_TABLE.values()),
            "",
            "## Rules\n",
            "Keys of `[rules]` in a mechanism file.\n",
            "| key | default | unit | meaning |",
            "| --- | --- | --- | --- |",
            *(f"| `{rule.key}` | {rule.default:g} | {rule.unit} | {rule.meaning} |" for rule in RULE_KEYS),
            "",
        ]
    )


def states_page() -> str:
    """The life of a notice, the grades of a recipient, the lives of a STOP and of a proposal."""
    grades = ((before, ", ".join(f"`{grade}`" for grade in after)) for before, after in GRADE_MOVES.items())
    stops = ((before, ", ".join(f"`{move}`" for move in after) or "–") for before, after in STOP_MOVES.items())
    return "\n".join(
        [
            RENDERED,
            "# States and moves\n",
            "A move that is not in these tables is refused; the refusal names the state and what would be allowed.\n",
            "## Life of a notice\n",
            f"States: {', '.join(f'`{state}`' for state in NoticeState)}. `end` is the clock at the notice's end.\n",
            "| from | move | to |",
            "| --- | --- | --- |",
            *(f"| `{before}` | `{move}` | `{after}` |" for (before, move), after in NOTICE_MOVES.items()),
            "",
            "From any other state nothing moves a notice; a new one is announced instead.\n",
            "## Grades of a recipient\n",
            f"Grades: {', '.join(f'`{grade}`' for grade in Grade)}.",
            f"A new version, or a cancellation, begins again at `{Grade.UNDELIVERED}`.",
            f"`{Grade.DELIVERED}` is said by the desk's machine, the others by an `ack`.\n",
            "| grade | may be followed by |",
            "| --- | --- |",
            *(f"| `{before}` | {after} |" for before, after in grades),
            "",
            "## A STOP, for each addressed party\n",
            f"States: {', '.join(f'`{state}`' for state in StopState)}. A move bears the name of the state after it;",
            "a report that comes before any answer is one. The STOP is closed when all have ceased, or when the side",
            "that raised it says that what it saw has ceased.\n",
            "| state | may be followed by |",
            "| --- | --- |",
            *(f"| `{before}` | {after} |" for before, after in stops),
            "",
            "## A proposal\n",
            f"States: {', '.join(f'`{state}`' for state in ProposalState)}. `counter` is a proposal of the other side",
            "about the same conflict; `lapse` its end, or a newer version of one of its notices.\n",
            "| from | move | to |",
            "| --- | --- | --- |",
            *(f"| `{before}` | `{move}` | `{after}` |" for (before, move), after in PROPOSAL_MOVES.items()),
            "",
            "## Statements\n",
            f"Types: {', '.join(f'`{kind}`' for kind in BODIES)}. Of these,",
            f"{', '.join(f'`{kind}`' for kind in BODIES if kind in OWES_ACK)} owe an acknowledgement from every",
            "addressed party.\n",
            "While the mechanism is suspended these pass:",
            f"{', '.join(f'`{kind}`' for kind in BODIES if kind in PASSES)};",
            f"and notices of {', '.join(f'`{activity}`' for activity in sorted(PROTECTED))}.",
            "",
        ]
    )


def phrases_page() -> str:
    """Every phrase with its wording in every language; cells of right-to-left languages say so."""
    languages = list(LANGUAGES.values())
    lines = [
        RENDERED,
        "# Phrase book\n",
        "A `message` may carry a `phrase`: a code whose meaning is fixed. Each desk reads its own language, and the",
        "record has the code. Any other code is refused. No phrase takes figures: those go into `text`, a notice or a",
        "read-back. Phrases marked • are of use only with `about` given. Codes that do not begin with `KC` are special",
        "signals of INCSEA, sent there with the prefix YV1; what its table has on the use of arms is not here.\n",
        f"{NOT_CHECKED} Each file in `src/keepclear/formats/phrases` has a place for the name of whoever checks it.\n",
        "`keepclear phrases --lang he` shows the book in the terminal, `GET /v1/phrases?lang=he` gives it to programs.",
    ]
    for group in PhraseGroup:
        rows = [row for row in PHRASE_BOOK.values() if row.group is group]
        lines += [
            "",
            f"## {group.capitalize()}\n",
            "| code | when | " + " | ".join(one.name for one in languages) + " |",
        ]
        lines += ["| --- | --- |" + " --- |" * len(languages)]
        lines += [
            f"| {_code(row)} | {row.when} | " + " | ".join(_cell(row, one) for one in languages) + " |" for row in rows
        ]
    return "\n".join([*lines, ""])


def _code(row: Phrase) -> str:
    return f"`{row.code}` •" if row.about else f"`{row.code}`"


def _cell(row: Phrase, shown: Language) -> str:
    text = phrase_text(row.code, shown.code)
    return f'<span lang="{shown.code}" dir="{shown.direction}">{text}</span>'


def pages() -> dict[Path, str]:
    """Each rendered file with what it should say."""
    return {
        REFERENCE / "alerts.md": alerts_page(),
        REFERENCE / "states.md": states_page(),
        REFERENCE / "phrases.md": phrases_page(),
    }


def main(arguments: list[str]) -> int:
    """Writes or checks; the exit code."""
    stale = [path for path, text in pages().items() if not path.exists() or path.read_text("utf-8") != text]
    for path in stale:
        if "--check" in arguments:
            print(f"{path.name}: not what the tables say; run scripts/render_tables.py")
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(pages()[path], "utf-8")
            print(f"{path.name}: written")
    return 1 if stale and "--check" in arguments else 0


def _keys(keys: tuple[str, ...]) -> str:
    return ", ".join(f"`{key}`" for key in keys) or "–"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
