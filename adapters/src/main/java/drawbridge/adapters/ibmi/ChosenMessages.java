package drawbridge.adapters.ibmi;

import com.ibm.as400.access.AS400Message;
import drawbridge.adapters.Fault;
import drawbridge.adapters.Fault.Code;
import drawbridge.settings.Section;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The messages of the host that an API file has chosen for callers: such a message means one fault,
 * and says one sentence. Immutable.
 */
record ChosenMessages(Map<String, Chosen> byId) {
  private static final Pattern ID = Pattern.compile("[A-Z][A-Z0-9]{2}[0-9A-F]{4}");
  private static final int LONGEST = 200;

  static final ChosenMessages NONE = new ChosenMessages(Map.of());

  /** What a message can mean. */
  enum Meaning {
    INVALID_ARGUMENT,
    NOT_FOUND,
    CONFLICT,
    SOURCE_ERROR
  }

  /**
   * One message.
   *
   * @param say the sentence; empty: the message's own text
   */
  record Chosen(Meaning meaning, String say) {}

  ChosenMessages {
    byId = Map.copyOf(byId);
  }

  /** The key {@code messages} of an operation. */
  static ChosenMessages read(Section section) {
    Map<String, Chosen> chosen = new LinkedHashMap<>();
    section
        .named("messages")
        .forEach(
            (id, one) -> {
              if (!ID.matcher(id).matches()) {
                throw one.wrong(
                    "", "“" + id + "” is no message id", "write seven characters, such as USR0001");
              }
              one.text("fault");
              Meaning meaning = one.choice("fault", Meaning.class, Meaning.SOURCE_ERROR);
              boolean own = one.flag("text", false);
              String say = own ? "" : one.text("say");
              if (own && one.has("say")) {
                throw one.wrong("say", "the message's own text is said", "remove one of the two");
              }
              one.done();
              chosen.put(id, new Chosen(meaning, say));
            });
    return new ChosenMessages(chosen);
  }

  /** Null: the file has not chosen this one. */
  @Nullable Fault fault(AS400Message message, Throwable cause) {
    Chosen chosen = byId.get(String.valueOf(message.getID()));
    if (chosen == null) {
      return null;
    }
    Code code =
        switch (chosen.meaning) {
          case INVALID_ARGUMENT -> Code.INVALID_ARGUMENT;
          case NOT_FOUND -> Code.NOT_FOUND;
          case CONFLICT -> Code.CONFLICT;
          case SOURCE_ERROR -> Code.SOURCE_ERROR;
        };
    return Fault.of(code, chosen.say.isEmpty() ? plain(message.getText()) : chosen.say, cause);
  }

  /** The text on one line, of printable characters, not too long. */
  static String plain(@Nullable String text) {
    String line = text == null ? "" : text.replaceAll("\\p{Cntrl}", " ").strip();
    return line.length() <= LONGEST ? line : line.substring(0, LONGEST);
  }
}
