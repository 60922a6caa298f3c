-- What becomes of messages after they were said. Runs on SQLite and on
-- PostgreSQL. A message's body is what it says now; one that was deleted has
-- the kind 'erased'.

-- +goose Up

ALTER TABLE events ADD COLUMN about bigint; -- seq of the message that it answers or changes

-- What messages said before they were edited.
CREATE TABLE versions (
	room text   NOT NULL REFERENCES rooms (id),
	seq  bigint NOT NULL, -- of the message
	rev  bigint NOT NULL, -- the message's then
	body text   NOT NULL,
	PRIMARY KEY (room, seq, rev)
);

-- Who is called by a message: '*' is everybody in the room.
CREATE TABLE mentions (
	room   text   NOT NULL REFERENCES rooms (id),
	member text   NOT NULL,
	seq    bigint NOT NULL, -- of the message
	PRIMARY KEY (room, member, seq)
);
CREATE INDEX mentions_message ON mentions (room, seq);
