-- What people tell of themselves, how their accounts stand, and the links with
-- which they choose new passwords. Runs on SQLite and on PostgreSQL.

-- +goose Up

ALTER TABLE users ADD COLUMN about text NOT NULL DEFAULT '';
ALTER TABLE users ADD COLUMN zone text NOT NULL DEFAULT ''; -- IANA
ALTER TABLE users ADD COLUMN lang text NOT NULL DEFAULT '';
ALTER TABLE users ADD COLUMN picture text NOT NULL DEFAULT ''; -- version of the row in pictures; empty: none
ALTER TABLE users ADD COLUMN standing text NOT NULL DEFAULT ''; -- empty: they may be here

CREATE TABLE pictures (
	member  text  NOT NULL PRIMARY KEY REFERENCES users (id),
	version text  NOT NULL,
	image   bytea NOT NULL -- as it is served: scaled and encoded by us
);

CREATE TABLE recoveries (
	member  text   NOT NULL PRIMARY KEY REFERENCES users (id), -- a new link ends the one before
	hash    text   NOT NULL UNIQUE, -- SHA-256 of the code, in hex
	author  text   NOT NULL REFERENCES users (id),
	expires bigint NOT NULL
);
