package drawbridge.adapters;

/** The types of parameters and columns, as API files and documents name them (in lower case). */
public enum Type {
  STRING,
  /** 32 bits. */
  INTEGER,
  /** 64 bits. */
  LONG,
  DECIMAL,
  DOUBLE,
  BOOLEAN,
  DATE,
  TIME,
  TIMESTAMP,
  UUID,
  BYTES,
  /** Members with names; never a single parameter in a path, query or header. */
  OBJECT
}
