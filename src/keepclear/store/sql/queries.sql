-- name: create_migration_table
CREATE TABLE IF NOT EXISTS migration (number INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT

-- name: applied_migrations
SELECT number FROM migration ORDER BY number

-- name: note_migration
INSERT INTO migration (number, name) VALUES (:number, :name)

-- name: create_log
INSERT INTO log (name) VALUES (:log) ON CONFLICT (name) DO NOTHING

-- name: get_log
SELECT id, length FROM log WHERE name = :log

-- name: list_logs
SELECT name FROM log WHERE length > 0 ORDER BY name

-- name: grow_log
UPDATE log SET length = length + :added WHERE id = :id AND length = :expected

-- name: add_entry
INSERT INTO entry (id, content, hash) VALUES (?, ?, ?)

-- name: read_entries
SELECT position, content, hash FROM entry WHERE id >= (:id << 40) + :start AND id < (:id << 40) + :end ORDER BY id

-- name: add_snapshot
INSERT INTO snapshot (log, position, content, hash) VALUES (:id, :position, :content, :hash)
ON CONFLICT (log, position) DO UPDATE SET content = excluded.content, hash = excluded.hash

-- name: drop_old_snapshots
DELETE FROM snapshot WHERE log = :id AND position NOT IN (
    SELECT position FROM snapshot WHERE log = :id ORDER BY position DESC LIMIT :keep
)

-- name: list_snapshots
SELECT position, content, hash FROM snapshot WHERE log = :id AND position <= :length ORDER BY position DESC
