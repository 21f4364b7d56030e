"""Which checkpoints have which cosignatures: the last few that witnesses were asked about, and the newest binding."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

from keepclear.record.verify.checkpoint import Checkpoint, parse_checkpoint
from keepclear.record.verify.note import Note, SignatureLine
from keepclear.record.verify.policy import Policy, judge

REMEMBERED = 64
"""Checkpoints for which a late cosignature still counts."""


class Cosigned:
    """The cosignatures had so far. ``binding`` is the newest checkpoint whose quorum is met, with its lines."""

    def __init__(self, policy: Policy, binding: tuple[Note, Checkpoint] | None) -> None:
        self.binding = binding
        self._policy = policy
        self._notes: OrderedDict[int, Note] = OrderedDict()

    def begin(self, note: Note) -> Checkpoint:
        """Witnesses are asked about this checkpoint now; where nobody need be, it is binding at once."""
        checkpoint = parse_checkpoint(note.text)
        self._notes.setdefault(checkpoint.size, note)
        while len(self._notes) > REMEMBERED:
            self._notes.popitem(last=False)
        self._judge(checkpoint)
        return checkpoint

    def add(self, checkpoint: Checkpoint, lines: Sequence[SignatureLine]) -> bool:
        """Verified cosignatures of a checkpoint; answers whether the binding one changed by them."""
        note = self._notes.get(checkpoint.size)
        if note is None:
            return False
        for line in lines:
            kept = tuple(one for one in note.lines if (one.name, one.key_id) != (line.name, line.key_id))
            note = Note(note.text, (*kept, line))
        self._notes[checkpoint.size] = note
        return self._judge(checkpoint)

    def with_lines(self, note: Note) -> Note:
        """The same checkpoint with every cosignature that was had."""
        size = parse_checkpoint(note.text).size
        if self.binding is not None and self.binding[0].text == note.text:
            return self.binding[0]
        known = self._notes.get(size)
        return known if known is not None and known.text == note.text else note

    def _judge(self, checkpoint: Checkpoint) -> bool:
        if self.binding is not None and self.binding[1].size > checkpoint.size:
            return False
        note = self._notes[checkpoint.size]
        if not judge(note, self._policy)[1].is_binding:
            return False
        changed = self.binding is None or self.binding[0] != note
        self.binding = note, checkpoint
        return changed
