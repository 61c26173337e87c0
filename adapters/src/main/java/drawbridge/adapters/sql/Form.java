package drawbridge.adapters.sql;

/** How a number column is written: by its declared type, or as the API file wants it. */
enum Form {
  DECLARED,
  NUMBER,
  TEXT
}
