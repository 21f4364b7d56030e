-- A log's length is kept beside it, so that a row missing at its end is noticed as well as one missing inside.
CREATE TABLE log (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    length INTEGER NOT NULL DEFAULT 0 CHECK (length >= 0)
) STRICT;

-- hash: SHA-256 over log name, position and content, so that a row changed or moved is noticed on reading.
CREATE TABLE entry (
    log INTEGER NOT NULL REFERENCES log (id),
    position INTEGER NOT NULL CHECK (position >= 0),
    content BLOB NOT NULL,
    hash BLOB NOT NULL,
    PRIMARY KEY (log, position)
) STRICT;

CREATE TABLE snapshot (
    log INTEGER NOT NULL REFERENCES log (id),
    position INTEGER NOT NULL CHECK (position >= 0),
    content BLOB NOT NULL,
    hash BLOB NOT NULL,
    PRIMARY KEY (log, position)
) STRICT;
