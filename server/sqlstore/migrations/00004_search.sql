-- Finding messages. The index is SQLite's own, see search.go; the rest runs on
-- SQLite and on PostgreSQL, where documents.id is an identity and rowid a
-- number over (at, room, seq).

-- +goose Up

-- Messages in the order in which they came, whatever their room: what is found
-- is told newest first. A row stays when its message is deleted.
CREATE TABLE documents (
	id   integer NOT NULL PRIMARY KEY,
	room text    NOT NULL,
	seq  bigint  NOT NULL,
	UNIQUE (room, seq)
);

-- From which document on which day it was (days since 1970, UTC). Clocks jump:
-- a day may come back.
CREATE TABLE document_days (
	first bigint NOT NULL PRIMARY KEY,
	day   bigint NOT NULL
);

-- The terms of each document, see package tokens.
CREATE VIRTUAL TABLE search USING fts5 (terms, content='', contentless_delete=1, tokenize='ascii');

-- Messages from before there was a search: they are indexed when the database
-- is opened.
CREATE TABLE unindexed (
	id bigint NOT NULL PRIMARY KEY
);

INSERT INTO documents (id, room, seq)
SELECT rowid, room, seq FROM events WHERE kind = 'message' ORDER BY rowid;

INSERT INTO unindexed (id) SELECT id FROM documents;

INSERT INTO document_days (first, day)
SELECT id, day FROM (
	SELECT d.id, e.at / 86400000 AS day, lag(e.at / 86400000) OVER (ORDER BY d.id) AS yesterday
	FROM documents d JOIN events e ON e.room = d.room AND e.seq = d.seq
) AS days
WHERE yesterday IS NULL OR yesterday <> day;
