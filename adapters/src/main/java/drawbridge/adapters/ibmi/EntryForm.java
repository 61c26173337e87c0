package drawbridge.adapters.ibmi;

import drawbridge.adapters.Column;
import drawbridge.adapters.Fault;
import drawbridge.adapters.Fault.Code;
import drawbridge.adapters.FaultException;
import drawbridge.adapters.Schema;
import drawbridge.adapters.Type;
import drawbridge.adapters.Visibility;
import drawbridge.adapters.ibmi.layout.Description;
import drawbridge.adapters.ibmi.layout.HostText;
import drawbridge.adapters.ibmi.layout.Layout;
import drawbridge.settings.Section;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;

/**
 * What the entries of a queue are: a record of a copybook, text, or bytes. Immutable.
 *
 * @param layout empty: text or bytes
 * @param ccsid of text
 */
record EntryForm(Optional<Layout> layout, boolean bytes, int ccsid) {
  /** The member that an entry is. */
  static final String NAME = "entry";

  /** The host holds no longer entries. */
  private static final int LONGEST = 64_512;

  /** What stands in a queue without a copybook. */
  private enum Plain {
    TEXT,
    BYTES
  }

  static EntryForm read(Section keys, int otherwise) {
    Optional<Layout> layout = Description.record(keys, otherwise);
    if (layout.isPresent()) {
      return new EntryForm(layout, false, otherwise);
    }
    int ccsid = keys.integer("ccsid", 1, HostText.BYTES - 1, otherwise);
    if (HostText.of(ccsid).isEmpty()) {
      throw keys.wrong(
          "ccsid", "there is no CCSID " + ccsid + " of characters", "write one such as 37 or 1208");
    }
    Plain plain = keys.choice("format", Plain.class, Plain.TEXT);
    return new EntryForm(layout, plain == Plain.BYTES, ccsid);
  }

  Column column() {
    Schema schema =
        layout
            .map(l -> Schema.object(l.reply()))
            .orElse(
                bytes
                    ? Schema.of(Type.BYTES, false)
                    : Schema.of(Type.STRING, false).atMost(LONGEST));
    return new Column(NAME, schema, "", "", Visibility.NORMAL, false);
  }

  /** The value of the argument as it stands in the queue. */
  byte[] encode(Object value) throws FaultException {
    if (layout.isPresent()) {
      if (!(value instanceof Map<?, ?> members)) {
        throw Fault.argument(NAME, "“entry” must be an object").thrown();
      }
      return layout.get().encode(members(members));
    }
    if (value instanceof byte[] given) {
      return given;
    }
    byte[] text = DataQueueOperation.page(ccsid).encode(value.toString());
    if (text == null) {
      throw Fault.argument(NAME, "“entry” has a character that CCSID " + ccsid + " lacks").thrown();
    }
    return text;
  }

  @SuppressWarnings("unchecked") // JSON's names are strings.
  private static Map<String, ?> members(Map<?, ?> members) {
    return (Map<String, ?>) members;
  }

  /** The entry as JSON has it. */
  Object decode(byte[] data) throws FaultException {
    if (layout.isPresent()) {
      return layout.get().decode(data);
    }
    if (bytes) {
      return Base64.getEncoder().encodeToString(data);
    }
    String text = DataQueueOperation.page(ccsid).decode(data, 0, data.length);
    if (text == null) {
      throw Fault.of(Code.SOURCE_ERROR, "an entry of the queue is no text of its CCSID").thrown();
    }
    return text;
  }
}
