package drawbridge.adapters;

import org.jspecify.annotations.Nullable;

/**
 * What a caller gives to an operation; immutable.
 *
 * @param otherwise the default as written in the API file; null: none
 * @param title for people; empty: made of the name
 * @param choices where its values come from; null: from the caller's head
 */
public record Parameter(
    String name,
    In in,
    Schema schema,
    boolean required,
    @Nullable String otherwise,
    String title,
    String description,
    Visibility visibility,
    @Nullable Choices choices) {
  public Parameter(
      String name,
      In in,
      Type type,
      boolean required,
      @Nullable String otherwise,
      String description) {
    this(
        name,
        in,
        Schema.of(type, !required && otherwise == null),
        required,
        otherwise,
        "",
        description,
        Visibility.NORMAL,
        null);
  }

  public Type type() {
    return schema.type();
  }

  /** Where it travels. */
  public enum In {
    QUERY,
    PATH,
    HEADER,
    BODY
  }

  /**
   * A designer lists the values of a parameter from another operation of the same API.
   *
   * @param operation its name
   * @param value the column that is given
   * @param title the column that is shown
   */
  public record Choices(String operation, String value, String title) {}
}
