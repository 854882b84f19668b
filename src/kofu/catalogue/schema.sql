-- One read-only file: the catalogue in a form that answers at once. Rebuilt from the YAML whenever that changes.
CREATE TABLE programme (
    number   INTEGER PRIMARY KEY,          -- order: newest year first, then the order of the document
    id       TEXT NOT NULL UNIQUE,
    document TEXT NOT NULL,
    yen      INTEGER,                      -- appropriation; NULL where the sheet does not state it
    json     TEXT NOT NULL                 -- the whole programme, validated
) STRICT;

CREATE TABLE facet (
    kind      TEXT NOT NULL,
    value     TEXT NOT NULL,
    programme INTEGER NOT NULL REFERENCES programme (number),
    PRIMARY KEY (kind, value, programme)
) STRICT, WITHOUT ROWID;

CREATE INDEX facet_of_programme ON facet (programme, kind, value);

-- Columns hold tokens made by kofu (tokens.py), one for each letter or word; nothing is stored twice.
CREATE VIRTUAL TABLE entry USING fts5 (
    title, names, summary, details,
    content = '', columnsize = 1, tokenize = "unicode61 remove_diacritics 0"
);

CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
