"""What is delivered to machines and acknowledged by people, recipient by recipient: notices, STOPs and accidents."""

from __future__ import annotations

from keepclear.mechanism.accident import Accident
from keepclear.mechanism.notice import Notice
from keepclear.mechanism.stop import Stop

Announced = Notice | Stop | Accident
"""Each has an id, the statement to acknowledge now, addressees, and a row for each recipient."""
