package drawbridge.ibmi.stub;

import java.util.List;

/** Ends a program or a command with messages, the last of which is the escape message. */
public final class HostError extends RuntimeException {
  private final transient List<HostMessage> messages;

  public HostError(List<HostMessage> messages) {
    super(messages.getLast().id() + " " + messages.getLast().text());
    this.messages = List.copyOf(messages);
  }

  /** One escape message of QCPFMSG. */
  public static HostError of(String id, int severity, String text) {
    return new HostError(List.of(HostMessage.of(id, severity, HostMessage.ESCAPE, text)));
  }

  public List<HostMessage> messages() {
    return messages;
  }
}
