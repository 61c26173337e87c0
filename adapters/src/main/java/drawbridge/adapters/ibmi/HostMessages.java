package drawbridge.adapters.ibmi;

import com.ibm.as400.access.AS400Message;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Messages of the host in the log: ids and texts, bounded; nothing for callers. */
final class HostMessages {
  private static final int MOST = 5;
  private static final int LONGEST = 200;

  private HostMessages() {}

  /** The host did not do what was asked, and said why. */
  static final class Told extends RuntimeException {
    private final transient List<AS400Message> messages;

    Told(AS400Message @Nullable [] messages) {
      super("the host refused");
      this.messages = messages == null ? List.of() : List.of(messages);
    }

    List<AS400Message> messages() {
      return messages;
    }

    /** For the log: each message with everything that it says. */
    String detail() {
      return messages.isEmpty()
          ? "no message"
          : messages.stream()
              .limit(MOST)
              .map(HostMessages::whole)
              .collect(Collectors.joining("; "));
    }
  }

  static String brief(AS400Message @Nullable [] messages) {
    if (messages == null || messages.length == 0) {
      return "no message";
    }
    return Arrays.stream(messages)
        .limit(MOST)
        .map(message -> message.getID() + " " + cut(message.getText()))
        .collect(Collectors.joining("; "));
  }

  private static String whole(AS400Message message) {
    String at =
        part(" program ", message.getSendingProgramName())
            + part(" statement ", message.getSendingProgramInstructionNumber());
    return message.getID()
        + " severity "
        + message.getSeverity()
        + at
        + " "
        + cut(message.getText())
        + part(" (", cut(message.getHelp()))
        + (cut(message.getHelp()).isEmpty() ? "" : ")");
  }

  private static String part(String before, @Nullable String text) {
    return text == null || text.isBlank() ? "" : before + text.strip();
  }

  private static String cut(@Nullable String text) {
    if (text == null) {
      return "";
    }
    return text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "…";
  }
}
