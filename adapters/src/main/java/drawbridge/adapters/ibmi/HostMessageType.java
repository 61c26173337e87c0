package drawbridge.adapters.ibmi;

import com.ibm.as400.access.AS400Message;

/** The kinds of messages, in words. */
final class HostMessageType {
  private HostMessageType() {}

  static String of(int type) {
    return switch (type) {
      case AS400Message.COMPLETION -> "completion";
      case AS400Message.DIAGNOSTIC -> "diagnostic";
      case AS400Message.INFORMATIONAL -> "informational";
      case AS400Message.INQUIRY -> "inquiry";
      case AS400Message.SENDERS_COPY -> "senders-copy";
      case AS400Message.REQUEST -> "request";
      case AS400Message.NOTIFY -> "notify";
      case AS400Message.ESCAPE -> "escape";
      default -> "reply";
    };
  }
}
