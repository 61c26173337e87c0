package drawbridge.adapters;

import org.jspecify.annotations.Nullable;

/**
 * What a caller gives to an operation.
 *
 * @param otherwise the default as written in the API file; null: none
 */
public record Parameter(
    String name,
    In in,
    Type type,
    boolean required,
    @Nullable String otherwise,
    String description) {
  /** Where it travels. */
  public enum In {
    QUERY,
    PATH,
    HEADER,
    BODY
  }
}
