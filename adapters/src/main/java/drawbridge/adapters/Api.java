package drawbridge.adapters;

import java.util.List;

/**
 * A versioned group of operations: one file of the site folder, one document; immutable.
 *
 * @param name such as {@code orders}
 * @param version such as {@code v1}
 * @param source the name in {@code sources.yaml} of the system that it reaches
 */
public record Api(
    String name,
    String version,
    String title,
    String description,
    String source,
    List<Operation> operations) {
  public Api {
    operations = List.copyOf(operations);
  }
}
