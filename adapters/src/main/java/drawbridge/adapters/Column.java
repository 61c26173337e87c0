package drawbridge.adapters;

/**
 * A named value of an answer or of an object: a column of an operation's rows, say; immutable.
 *
 * @param title for people, such as {@code Customer number}; empty: made of the name
 * @param description from the API file, else from the source itself; may be empty
 * @param readOnly answered, never given
 */
public record Column(
    String name,
    Schema schema,
    String title,
    String description,
    Visibility visibility,
    boolean readOnly) {
  public Column(String name, Type type, boolean nullable) {
    this(name, Schema.of(type, nullable));
  }

  public Column(String name, Schema schema) {
    this(name, schema, "", "", Visibility.NORMAL, false);
  }

  public Type type() {
    return schema.type();
  }

  public boolean nullable() {
    return schema.nullable();
  }
}
