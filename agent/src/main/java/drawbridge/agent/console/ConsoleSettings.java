package drawbridge.agent.console;

import drawbridge.settings.Secret;
import drawbridge.settings.Section;

/**
 * The section {@code console} of {@code agent.yaml}; docs/agent.md names every key.
 *
 * @param port on 127.0.0.1; 0: any that is free
 * @param token whoever has it may look
 */
public record ConsoleSettings(int port, Secret token) {
  private static final int LEAST_TOKEN = 32;

  /**
   * Reads the section to its end.
   *
   * @throws drawbridge.settings.SettingsException naming line, key and fix
   */
  public static ConsoleSettings read(Section console) {
    int port = console.integer("port", 0, 65_535);
    Secret token = console.secret("token-file");
    if (token.reveal().length() < LEAST_TOKEN) {
      throw console.wrong(
          "token-file",
          "the token is shorter than " + LEAST_TOKEN + " characters",
          "make one with: openssl rand -hex 32");
    }
    console.done();
    return new ConsoleSettings(port, token);
  }
}
