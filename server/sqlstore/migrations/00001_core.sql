-- People, rooms, and each room's log. Every text here runs on SQLite and on
-- PostgreSQL: ids are text, times are milliseconds since 1970 in UTC.

-- +goose Up

-- What there is one of: the epoch, the server's name, the first room.
CREATE TABLE settings (
	name  text NOT NULL PRIMARY KEY,
	value text NOT NULL
);

-- One row that is written to prove that writing works.
CREATE TABLE probe (
	id bigint NOT NULL PRIMARY KEY,
	n  bigint NOT NULL
);
INSERT INTO probe (id, n) VALUES (1, 0);

CREATE TABLE users (
	id      text   NOT NULL PRIMARY KEY,
	name    text   NOT NULL,
	handle  text   UNIQUE, -- null until the user has an account
	role    text   NOT NULL,
	hash    text   NOT NULL, -- of the password; empty for guests
	created bigint NOT NULL
);

CREATE TABLE rooms (
	id       text    NOT NULL PRIMARY KEY,
	name     text    NOT NULL,
	topic    text    NOT NULL,
	closed   boolean NOT NULL,
	archived boolean NOT NULL,
	last     bigint  NOT NULL, -- seq of the newest event
	created  bigint  NOT NULL
);

CREATE TABLE members (
	room   text   NOT NULL REFERENCES rooms (id),
	member text   NOT NULL REFERENCES users (id),
	read   bigint NOT NULL, -- seq up to which the member has read
	PRIMARY KEY (room, member)
);
CREATE INDEX members_member ON members (member);

-- The rooms' logs. Names are not in them: they are joined from users, so that
-- readers see the current ones.
CREATE TABLE events (
	room    text   NOT NULL REFERENCES rooms (id),
	seq     bigint NOT NULL,
	at      bigint NOT NULL,
	author  text   NOT NULL REFERENCES users (id),
	kind    text   NOT NULL, -- the JSON name of the event's kind
	key     text,            -- of a message: the author's idempotency key
	subject text REFERENCES users (id), -- who joined or left
	body    text   NOT NULL, -- JSON of what the columns do not say already
	PRIMARY KEY (room, seq),
	UNIQUE (room, author, key)
);
-- What is unread is counted from here alone, without reading the messages.
CREATE INDEX events_said ON events (room, seq, author) WHERE kind = 'message';

CREATE TABLE sessions (
	id      text   NOT NULL PRIMARY KEY,
	member  text   NOT NULL REFERENCES users (id),
	hash    text   NOT NULL UNIQUE, -- SHA-256 of the token, in hex
	device  text   NOT NULL,
	created bigint NOT NULL,
	seen    bigint NOT NULL,
	expires bigint NOT NULL
);
CREATE INDEX sessions_member ON sessions (member);
CREATE INDEX sessions_expires ON sessions (expires);

CREATE TABLE invites (
	code     text    NOT NULL PRIMARY KEY,
	author   text    NOT NULL REFERENCES users (id),
	room     text REFERENCES rooms (id), -- null: the first room
	created  bigint  NOT NULL,
	expires  bigint  NOT NULL, -- 0: never
	uses     bigint  NOT NULL,
	max_uses bigint  NOT NULL, -- 0: without limit
	revoked  boolean NOT NULL
);
