package drawbridge.adapters.sql;

import drawbridge.adapters.Request;
import drawbridge.adapters.Restrictions.Mask;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the policy leaves of columns in one call. */
record Masks(Map<String, Mask> masks, Request.PageSeal seal) {
  private static final int SHOWN = 4;

  static Masks of(Request request) {
    return new Masks(request.restrictions().masks(), request.seal());
  }

  boolean none() {
    return masks.isEmpty();
  }

  boolean masked(String column) {
    return masks.containsKey(column);
  }

  /** The column as this caller may see it. */
  ColumnWriter.Step step(String column, ColumnWriter.Step whole) {
    Mask mask = masks.get(column);
    return mask == null
        ? whole
        : (rows, at, sink) -> {
          TextSink text = new TextSink(1);
          whole.write(rows, at, text);
          String left = left(mask, text.row().getFirst());
          if (left == null) {
            sink.writeNull();
          } else {
            sink.writeString(left);
          }
        };
  }

  private @Nullable String left(Mask mask, @Nullable String value) {
    if (value == null) {
      return null;
    }
    return switch (mask) {
      case NULL -> null;
      case HASH -> seal.hash(value.getBytes(StandardCharsets.UTF_8));
      // As many stars for every value, so that its length is not told; a short one is all stars.
      case LAST_FOUR -> {
        int length = value.codePointCount(0, value.length());
        yield length <= SHOWN
            ? "****"
            : "****" + value.substring(value.offsetByCodePoints(value.length(), -SHOWN));
      }
    };
  }
}
