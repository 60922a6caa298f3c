-- Direct conversations, and marking something unread again. Runs on SQLite and
-- on PostgreSQL.

-- +goose Up

-- A direct conversation is found by who is in it: the SHA-256 of their sorted
-- ids, in hex. Null for rooms with a name. The index decides when two people
-- begin the same conversation at the same time.
ALTER TABLE rooms ADD COLUMN circle text;
CREATE UNIQUE INDEX rooms_circle ON rooms (circle);

-- A read position moves forward within a round; marking something unread
-- begins the next one.
ALTER TABLE members ADD COLUMN round bigint NOT NULL DEFAULT 0;
-- The member does not see the conversation until something is said after this
-- seq; null: they do.
ALTER TABLE members ADD COLUMN hidden bigint;
