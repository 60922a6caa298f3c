-- +goose Up

-- What people uploaded. The bytes are elsewhere, under the same id; a row
-- without them, or bytes without a row, are nothing that anybody is shown.
CREATE TABLE files (
	id      text    NOT NULL PRIMARY KEY,
	owner   text    NOT NULL REFERENCES users (id),
	room    text    NOT NULL REFERENCES rooms (id),
	seq     bigint, -- of its message; null until it is posted, 0 once that was deleted
	name    text    NOT NULL,
	type    text    NOT NULL,
	size    bigint  NOT NULL,
	width   bigint  NOT NULL,
	height  bigint  NOT NULL,
	thumb   boolean NOT NULL,
	created bigint  NOT NULL
);
CREATE INDEX files_owner ON files (owner);
CREATE INDEX files_message ON files (room, seq);
CREATE INDEX files_loose ON files (created) WHERE seq IS NULL OR seq = 0;
