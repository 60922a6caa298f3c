-- What people say they are at, and who does not want to be disturbed. Whether
-- they are there is not stored: connections tell.

-- +goose Up

CREATE TABLE statuses (
	member      text   NOT NULL PRIMARY KEY REFERENCES users (id),
	emoji       text   NOT NULL,
	text        text   NOT NULL,
	until       bigint NOT NULL, -- of emoji and text; 0: until they are changed
	undisturbed bigint NOT NULL  -- until then; 0: they may be disturbed
);
