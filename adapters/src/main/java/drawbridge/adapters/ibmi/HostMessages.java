package drawbridge.adapters.ibmi;

import com.ibm.as400.access.AS400Message;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Messages of the host in the log: ids and first-level texts, bounded; nothing for callers. */
final class HostMessages {
  private static final int MOST = 5;
  private static final int LONGEST = 200;

  private HostMessages() {}

  static String brief(AS400Message @Nullable [] messages) {
    if (messages == null || messages.length == 0) {
      return "no message";
    }
    return Arrays.stream(messages)
        .limit(MOST)
        .map(message -> message.getID() + " " + cut(message.getText()))
        .collect(Collectors.joining("; "));
  }

  private static String cut(@Nullable String text) {
    if (text == null) {
      return "";
    }
    return text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "…";
  }
}
