-- An entry's row number is its log's number and its position (2^40 to a log), so that entries lie in one tree, in order:
-- a commit changes one page less, and reading a record reads its pages one after another.
CREATE TABLE ordered_entry (
    id INTEGER PRIMARY KEY,
    content BLOB NOT NULL,
    hash BLOB NOT NULL,
    log INTEGER NOT NULL GENERATED ALWAYS AS (id >> 40) VIRTUAL,
    position INTEGER NOT NULL GENERATED ALWAYS AS (id & 1099511627775) VIRTUAL
) STRICT;

INSERT INTO ordered_entry (id, content, hash)
SELECT (log << 40) + position, content, hash FROM entry ORDER BY log, position;

DROP TABLE entry;

ALTER TABLE ordered_entry RENAME TO entry;
