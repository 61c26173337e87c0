package drawbridge.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** In processes of their own, since a process has one provider for good. */
final class PromptSocketsTest {
  /** Prints whether it could be installed, and whether a new socket sends at once. */
  public static void main(String... arguments) throws IOException {
    System.out.print(PromptSockets.install());
    try (SocketChannel channel = SocketChannel.open();
        SocketChannel unix = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      System.out.print(" " + channel.getOption(StandardSocketOptions.TCP_NODELAY));
      System.out.print(" " + unix.isOpen());
    }
  }

  @Test
  void withTheFlagEverySocketSendsAtOnce() throws Exception {
    assertEquals("true true true", run("--add-exports", "java.base/sun.nio.ch=ALL-UNNAMED"));
  }

  @Test
  void withoutItNothingChanges() throws Exception {
    assertEquals("false false true", run());
  }

  private static String run(String... flags) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
    command.addAll(List.of(flags));
    command.addAll(
        List.of("-cp", System.getProperty("java.class.path"), PromptSocketsTest.class.getName()));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }
}
