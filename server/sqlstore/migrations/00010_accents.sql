-- Words are found without their accents: what was said is indexed anew when the
-- database is opened.

-- +goose Up

DELETE FROM unindexed;

INSERT INTO unindexed (id) SELECT id FROM documents;
