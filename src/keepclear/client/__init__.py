"""A desk's work against a host, from Python: say, acknowledge, read, and follow what happens."""

from keepclear.client.client import Client
from keepclear.client.events import Event
from keepclear.client.ids import new_id
from keepclear.client.signing import Signer

__all__ = ["Client", "Event", "Signer", "new_id"]
