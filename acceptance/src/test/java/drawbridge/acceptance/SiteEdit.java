package drawbridge.acceptance;

import drawbridge.acceptance.InstalledRoot.Ran;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;

/** How an author works on the files of a site. */
final class SiteEdit {
  private SiteEdit() {}

  /** Whole or not at all, as an admin's tools write. */
  static void write(Path file, String text) throws Exception {
    Path next = file.resolveSibling("." + file.getFileName() + ".new");
    Files.writeString(next, text);
    Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
  }

  /** One of the agent's commands, with its configuration. */
  static Ran agent(Stack stack, String... words) throws Exception {
    List<String> all = new ArrayList<>(List.of(words));
    all.add("--config=" + stack.configuration("agent-a"));
    return Ran.of(Repository.java("agent", "drawbridge.agent.Main", all).toArray(String[]::new));
  }
}
