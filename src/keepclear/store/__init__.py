"""Where the record is kept: one small Protocol, and stores that keep it. Knows only bytes.

``protocol`` says what a store is; ``memory`` and ``sqlite`` are two. Every store passes
``tests/store/test_conformance.py``; a new one is done when it does.
"""

from keepclear.store.memory import MemoryStore
from keepclear.store.protocol import Store
from keepclear.store.sqlite import SqliteStore

__all__ = ["MemoryStore", "SqliteStore", "Store"]
