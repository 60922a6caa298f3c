-- How much people are told of rooms, and what their devices have been told.
-- Runs on SQLite and on PostgreSQL.

-- +goose Up

ALTER TABLE members ADD COLUMN involvement text NOT NULL DEFAULT ''; -- empty: none chosen
ALTER TABLE users ADD COLUMN involvement text NOT NULL DEFAULT '';   -- in rooms where none is chosen
ALTER TABLE users ADD COLUMN reveal text NOT NULL DEFAULT '';        -- how much a notification says

-- How far each room's log was looked at for who is to be notified. It is not a
-- column of rooms: those rows are the posts' own.
CREATE TABLE rung (
	room text   NOT NULL PRIMARY KEY REFERENCES rooms (id),
	seq  bigint NOT NULL
);
INSERT INTO rung (room, seq) SELECT id, last FROM rooms;

-- What a device is to be told of a room, and was: one row, whatever is said
-- there meanwhile.
CREATE TABLE rings (
	subscription text   NOT NULL REFERENCES subscriptions (id),
	room         text   NOT NULL REFERENCES rooms (id),
	seq          bigint NOT NULL, -- there is something to tell of up to here
	told         bigint NOT NULL, -- seq of the newest message that it was told of; 0: none
	many         bigint NOT NULL, -- how many it was told of then
	due          bigint NOT NULL, -- 0: nothing is to be told
	tries        bigint NOT NULL,
	PRIMARY KEY (subscription, room)
);
CREATE INDEX rings_due ON rings (due) WHERE due > 0;
CREATE INDEX rings_room ON rings (room);
