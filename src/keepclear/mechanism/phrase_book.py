"""The phrase book: codes with a fixed meaning, so that each desk reads its own language and the code is recorded.

Signals of INCSEA (the agreement on the prevention of incidents at sea, 1972; its table of special signals, made with
the prefix YV1) that fit a line between desks, and Keepclear's own (KC). No phrase takes a figure: what has to be said
in figures goes into the message's ``text``, a notice or a read-back. What the table has on the use of arms is left out.
The wording in each language is in ``formats/phrases``.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from keepclear.errors import InvalidInput


class PhraseGroup(StrEnum):
    """What a phrase is for; the order of a printed book."""

    RECEIPT = "receipt"
    STOP = "stop"
    PEOPLE = "people"
    LINE = "line"
    SEA = "sea"


@dataclass(frozen=True, slots=True)
class Phrase:
    """One coded phrase. ``about``: it is of use only with the thing named that it is about (``about`` of a message)."""

    code: str
    group: PhraseGroup
    about: bool
    gloss: str
    """What it says, in plain English."""
    when: str


def _rows(group: PhraseGroup, *rows: tuple[str, bool, str, str]) -> tuple[Phrase, ...]:
    return tuple(Phrase(code, group, about, gloss, when) for code, about, gloss, when in rows)


_PHRASES: tuple[Phrase, ...] = (
    *_rows(
        PhraseGroup.RECEIPT,
        ("ZL1", True, "I have received and understood your message.", "INCSEA. Something was received and is clear."),
        ("ZL2", True, "Do you understand? Please acknowledge.", "INCSEA. No answer has come."),
        ("ZL3", True, "I have received your message but not understood it.", "INCSEA. Received, and not clear."),
        ("KC01", True, "Please read back what you have received.", "Figures were passed that must be right."),
        ("KC02", True, "I read back.", "The read-back follows."),
        ("KC03", True, "Your read-back is correct.", "What was heard is what was said."),
        ("KC04", True, "Your read-back is not correct. I will say it again.", "Something was heard otherwise."),
        ("KC05", False, "Say again.", "The last message was lost or garbled."),
        ("KC06", False, "Stand by.", "An answer will come; none is given yet."),
        ("KC07", True, "This is the wrong desk. I am passing your message on.", "It belongs to another desk."),
        ("KC08", False, "Who is on watch?", "The name or function of the person on watch is wanted."),
        ("KC09", False, "I need an interpreter.", "The language is not shared."),
        ("KC10", False, "Please call me by telephone.", "The matter is better spoken than written."),
    ),
    *_rows(
        PhraseGroup.STOP,
        ("KC20", True, "Cease now. Lives are at risk.", "In words beside a STOP, which is a statement of its own."),
        ("KC21", True, "We are complying.", "What was asked is being done."),
        ("KC22", True, "We cannot comply.", "What was asked cannot be done; say why in words."),
        ("KC23", True, "Our units are being informed.", "It has been passed on and has not arrived."),
        ("KC24", True, "Our units have been informed.", "The units that act have it."),
        ("KC25", True, "The activity has ceased.", "It is over."),
        ("KC26", True, "Please hold your activity.", "It has not begun, or can pause."),
        ("KC27", True, "We are holding our activity.", "It is paused until further word."),
        ("KC28", True, "Our activity will be delayed.", "The new times follow in an amendment."),
        ("KC29", True, "We are resuming our activity.", "A pause is over."),
    ),
    *_rows(
        PhraseGroup.PEOPLE,
        ("KC40", True, "This is ours.", "An object or activity belongs to the sender."),
        ("KC41", True, "This is not ours.", "An object or activity does not belong to the sender."),
        ("KC42", False, "We see an unknown object.", "Nobody has announced it; the observation follows."),
        ("KC43", True, "Is this yours?", "An object or activity was seen."),
        ("KC44", True, "People of ours are there.", "Own people are in an area."),
        ("KC45", True, "Civilians are there.", "Civilians are in an area."),
        ("KC46", False, "A medical evacuation is under way.", "The notice follows or is named."),
        ("KC47", False, "A search and rescue operation is under way.", "The notice follows or is named."),
    ),
    *_rows(
        PhraseGroup.LINE,
        ("KC60", False, "Is your line attended?", "Nobody has answered for some time."),
        ("KC61", False, "This is a line test.", "In words beside a line test."),
        ("KC62", False, "Your line test has been received.", "In words beside the reply to a line test."),
        ("KC63", False, "This line is being suspended. Messages that save lives still pass.", "Before a suspension."),
        ("KC64", False, "This line is open again.", "After a suspension."),
        ("KC70", False, "Exercise, exercise, exercise.", "What follows is not meant in earnest."),
        ("KC71", False, "The exercise has ended.", "What follows is meant in earnest."),
        ("KC80", False, "This is said without prejudice to the position of either side.", "No right is given up."),
    ),
    *_rows(
        PhraseGroup.SEA,
        ("IR1", False, "I am engaged in oceanographic work.", "INCSEA. A ship at work cannot keep clear freely."),
        ("IR4", False, "I am engaged in salvage work.", "INCSEA. A ship at work cannot keep clear freely."),
        ("MH1", False, "Please do not cross ahead of me.", "INCSEA. Ships are near each other."),
        ("PJ1", False, "I cannot turn to starboard.", "INCSEA. A ship cannot manoeuvre freely."),
        ("PJ2", False, "I cannot turn to port.", "INCSEA. A ship cannot manoeuvre freely."),
        ("PJ3", False, "Caution: my steering has failed.", "INCSEA. A ship cannot manoeuvre."),
        (
            "PP8",
            False,
            "Dangerous operations are in progress. Please keep clear of the direction that I give.",
            "INCSEA. The direction follows in words.",
        ),
        ("QF1", False, "Caution: I have stopped my engines.", "INCSEA. A ship has no way on."),
        ("RT2", False, "I intend to pass you on your port side.", "INCSEA. Ships meet."),
        ("RT3", False, "I intend to pass you on your starboard side.", "INCSEA. Ships meet."),
        ("RT4", False, "I will overtake you on your port side.", "INCSEA. A ship overtakes."),
        ("RT5", False, "I will overtake you on your starboard side.", "INCSEA. A ship overtakes."),
        (
            "RT6",
            False,
            "I am manoeuvring. Please keep clear of the direction that I give.",
            "INCSEA. Also of a formation. The direction follows in words.",
        ),
        ("RT7", False, "I will approach your ship on its starboard side.", "INCSEA. The distance follows in words."),
        ("RT8", False, "I will approach your ship on its port side.", "INCSEA. The distance follows in words."),
        ("RT9", False, "I will pass astern of you.", "INCSEA. The distance follows in words."),
        ("UY1", False, "I am preparing to launch or recover aircraft.", "INCSEA. The course follows in words."),
    ),
)

PHRASE_BOOK: dict[str, Phrase] = {row.code: row for row in _PHRASES}
"""Every phrase by its code, in the order of the book."""


def phrase(code: str, field: str = "phrase") -> Phrase:
    """The phrase of a code, which is written as in the book; ``InvalidInput`` at ``field`` when there is none."""
    found = PHRASE_BOOK.get(code)
    if found is not None:
        return found
    upper = code.strip().upper()
    expected = f"«{upper}»" if upper in PHRASE_BOOK else f"one of the phrase book: {', '.join(PHRASE_BOOK)}"
    raise InvalidInput(field, f"given «{code[:20]}», which is no code of the phrase book", expected)


def check_phrase(code: str | None, field: str) -> None:
    """Refuses a code that the book does not have; a message without one is let through."""
    if code is not None:
        phrase(code, field)
