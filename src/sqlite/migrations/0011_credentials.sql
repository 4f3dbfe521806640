-- Credentials, sealed: authenticated encryption under a key that is not here, bound to the name.
CREATE TABLE {prefix}credentials (
  name TEXT NOT NULL PRIMARY KEY,
  sealed BLOB NOT NULL,
  updated_at INTEGER NOT NULL
);
