"""Where it is kept: one Protocol; memory and SQLite. It knows only bytes."""
