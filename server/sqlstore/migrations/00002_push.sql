-- Pushes, and the programs that send them: bots, tokens, webhooks, and the
-- devices that are notified. Runs on SQLite and on PostgreSQL.

-- +goose Up

ALTER TABLE users ADD COLUMN owner text REFERENCES users (id); -- of a bot

-- A token is a session with a name and scopes.
ALTER TABLE sessions ADD COLUMN name text NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN scopes text NOT NULL DEFAULT ''; -- with spaces between; of a login: none, which is all
ALTER TABLE sessions ADD COLUMN author text REFERENCES users (id); -- who made it; null for a login
ALTER TABLE sessions ADD COLUMN room text REFERENCES rooms (id); -- of a webhook

-- Everything pushed to a person is a log of its own. A recipient need not be a
-- user: an embedding site has people who were never here.
CREATE TABLE push_logs (
	recipient text   NOT NULL PRIMARY KEY,
	last      bigint NOT NULL -- seq of the newest entry
);

CREATE TABLE pushes (
	id        text    NOT NULL PRIMARY KEY,
	recipient text    NOT NULL,
	seq       bigint  NOT NULL, -- in the recipient's log; a change moves it to the end
	sender    text    NOT NULL, -- a user's id; empty for the site itself
	key       text    NOT NULL, -- the sender's idempotency key
	digest    text    NOT NULL, -- SHA-256 of what was asked for with the key, in hex
	event     text    NOT NULL,
	title     text    NOT NULL,
	message   text    NOT NULL,
	url       text    NOT NULL,
	collapse  text    NOT NULL,
	at        bigint  NOT NULL,
	expires   bigint  NOT NULL,
	cleared   boolean NOT NULL,
	UNIQUE (sender, key)
);
CREATE UNIQUE INDEX pushes_log ON pushes (recipient, seq);
CREATE INDEX pushes_collapse ON pushes (recipient, sender, collapse) WHERE collapse <> '' AND NOT cleared;

-- What is known of a push's way, by connection or device.
CREATE TABLE receipts (
	push      text   NOT NULL REFERENCES pushes (id),
	target    text   NOT NULL,
	kind      text   NOT NULL,
	device    text   NOT NULL, -- in words
	accepted  bigint NOT NULL, -- times; 0: not yet
	delivered bigint NOT NULL,
	opened    bigint NOT NULL,
	failed    text   NOT NULL, -- why
	PRIMARY KEY (push, target)
);

-- Web Push (RFC 8030): where a device can be notified.
CREATE TABLE subscriptions (
	id       text   NOT NULL PRIMARY KEY,
	member   text   NOT NULL REFERENCES users (id),
	session  text   NOT NULL, -- it ends with it
	endpoint text   NOT NULL UNIQUE,
	p256dh   text   NOT NULL,
	auth     text   NOT NULL,
	device   text   NOT NULL,
	created  bigint NOT NULL
);
CREATE INDEX subscriptions_member ON subscriptions (member);

-- Notifications that have still to reach a push service.
CREATE TABLE notices (
	push         text   NOT NULL REFERENCES pushes (id),
	subscription text   NOT NULL REFERENCES subscriptions (id),
	due          bigint NOT NULL,
	tries        bigint NOT NULL,
	PRIMARY KEY (push, subscription)
);
CREATE INDEX notices_due ON notices (due);
