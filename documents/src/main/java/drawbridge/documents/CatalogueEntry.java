package drawbridge.documents;

import drawbridge.relay.wire.Api;
import drawbridge.relay.wire.Operation;
import drawbridge.relay.wire.ViewReply.Seen;
import drawbridge.relay.wire.ViewReply.SeenOperation;
import java.util.HashMap;
import java.util.Map;

/**
 * A version of an API as one reader may see it; immutable.
 *
 * @param api with those operations alone that the reader may see
 * @param path of the API below the public URL, such as {@code /plant-2/orders/v1}
 * @param seen what its agent says of the reader
 */
public record CatalogueEntry(Api api, Publication publication, String path, Seen seen) {
  /**
   * Takes away what the reader may not see.
   *
   * @param api all of it
   */
  public static CatalogueEntry of(Api api, Publication publication, String path, Seen seen) {
    Map<String, SeenOperation> operations = operations(seen);
    Api.Builder less = api.toBuilder().clearOperations();
    for (Operation operation : api.getOperationsList()) {
      if (operations.containsKey(operation.getName())) {
        less.addOperations(operation);
      }
    }
    return new CatalogueEntry(less.build(), publication, path, seen);
  }

  private static Map<String, SeenOperation> operations(Seen seen) {
    Map<String, SeenOperation> all = new HashMap<>();
    seen.getOperationsList().forEach(operation -> all.put(operation.getName(), operation));
    return all;
  }

  /** By name. */
  Map<String, SeenOperation> operations() {
    return operations(seen);
  }
}
