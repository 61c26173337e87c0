package drawbridge.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import drawbridge.acceptance.InstalledRoot.Ran;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * An image made by the build's own script, of a small program in place of the agent: its layout is
 * what the specification asks for, and what is in its layers runs without anything else.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@EnabledOnOs(
    value = OS.LINUX,
    architectures = "amd64",
    disabledReason = "the images are for Linux x86-64")
final class ImageTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Says who and where it is, and whether it can write where it must not. */
  private static final String PROGRAM =
      """
      package drawbridge.agent;
      import java.nio.file.*;
      public final class Main {
        public static void main(String[] arguments) throws Exception {
          System.out.println("arguments " + String.join(" ", arguments));
          System.out.println("user " + System.getProperty("user.name"));
          System.out.println("address " + java.net.InetAddress.getByName("localhost").isLoopbackAddress());
          for (String folder : new String[] {"/", "/usr/lib", "/etc", "/tmp", "/var/lib/drawbridge"}) {
            String can = "no";
            try { Files.writeString(Path.of(folder, "probe"), "x"); can = "yes"; } catch (Exception e) { }
            System.out.println("writes " + folder + " " + can);
          }
          System.out.println("shell " + Files.exists(Path.of("/bin/sh")));
        }
      }
      """;

  private Path folder;
  private Path layout;
  private JsonNode manifest;
  private JsonNode config;

  @BeforeAll
  void make(@TempDir Path made) throws Exception {
    folder = made;
    for (String tool : List.of("tar", "gzip", "ldd", "sha256sum")) {
      assumeTrue(Ran.of("sh", "-c", "command -v " + tool).code() == 0, tool + " is not installed");
    }
    Path home = folder.resolve("work/agent/usr/lib/drawbridge-agent");
    Path source =
        Files.createDirectories(folder.resolve("src/drawbridge/agent")).resolve("Main.java");
    Files.writeString(source, PROGRAM);
    Files.createDirectories(home.resolve("lib"));
    Files.createDirectories(folder.resolve("work/agent/usr/share/doc/drawbridge-agent"));
    Files.createDirectories(folder.resolve("out"));
    String shell =
        """
        set -euo pipefail
        export LC_ALL=C TZ=UTC; umask 022
        fail() { echo "refused: $*"; exit 9; }
        work='%1$s/work' out='%1$s/out' epoch=1767225600 version=1.2 root='%2$s'
        . "$root/installer/stage.sh"; . "$root/installer/formats.sh"; . "$root/installer/oci.sh"
        '%3$s/bin/javac' -d "$work/classes" '%4$s'
        '%3$s/bin/jar' --create --file '%5$s/lib/drawbridge-agent.jar' -C "$work/classes" .
        '%3$s/bin/jlink' --add-modules java.base --output '%5$s/runtime' --strip-debug --vm server
        find '%5$s/runtime/bin' -type f ! -name java -delete
        pack_oci agent
        mkdir '%1$s/layout' && tar -xf "$out"/*.tar -C '%1$s/layout'
        """
            .formatted(folder, Repository.root(), System.getProperty("java.home"), source, home);
    Ran ran = Ran.of("bash", "-c", shell);
    assertEquals(0, ran.code(), ran.text());
    layout = folder.resolve("layout");
    JsonNode index = JSON.readTree(layout.resolve("index.json").toFile());
    manifest = JSON.readTree(blob(index.path("manifests").get(0)).toFile());
    config = JSON.readTree(blob(manifest.path("config")).toFile());
  }

  /** The file of a descriptor, once its digest and size are found true. */
  private Path blob(JsonNode descriptor) throws Exception {
    String digest = descriptor.path("digest").asText();
    Path file = layout.resolve("blobs/" + digest.replace(':', '/'));
    Ran ran = Ran.of("sha256sum", file.toString());
    assertEquals(digest, "sha256:" + ran.text().split(" ", 2)[0]);
    assertEquals(descriptor.path("size").asLong(), Files.size(file));
    return file;
  }

  @Test
  void theLayoutIsWhatTheSpecificationAsksFor() throws Exception {
    assertEquals(
        "1.0.0",
        JSON.readTree(layout.resolve("oci-layout").toFile()).path("imageLayoutVersion").asText());
    assertEquals(3, manifest.path("layers").size());
    List<String> diffs = new ArrayList<>();
    for (JsonNode layer : manifest.path("layers")) {
      assertTrue(layer.path("mediaType").asText().endsWith("tar+gzip"));
      Ran ran = Ran.of("sh", "-c", "gzip -dc '" + blob(layer) + "' | sha256sum");
      diffs.add("sha256:" + ran.text().split(" ", 2)[0]);
    }
    List<String> told = new ArrayList<>();
    config.path("rootfs").path("diff_ids").forEach(id -> told.add(id.asText()));
    assertEquals(diffs, told);
    Ran files = Ran.of("sh", "-c", "find '%s/blobs/sha256' -type f | wc -l".formatted(layout));
    assertEquals("5", files.text().strip(), "every blob is named, and no other is there");
  }

  @Test
  void itRunsAsNobodyInParticularAndStopsByASignal() {
    JsonNode run = config.path("config");
    assertEquals("10001:10001", run.path("User").asText());
    assertEquals("SIGTERM", run.path("StopSignal").asText());
    assertTrue(run.path("Entrypoint").get(0).asText().endsWith("/runtime/bin/java"));
    assertFalse(run.path("Entrypoint").toString().contains("Xmx"), "by the container's memory");
    assertTrue(run.path("Volumes").has("/tmp") && run.path("Volumes").has("/var/lib/drawbridge"));
  }

  /** The flags of the start script, without which a program would behave otherwise. */
  @Test
  void theEntryPointHasTheFlagsOfTheStartScript() throws Exception {
    String start = String.join(" ", Repository.installed("512m")) + " -Ddrawbridge.packaged=true";

    String entry = config.path("config").path("Entrypoint").toString();
    var m = java.util.regex.Pattern.compile("-(?:XX:[+-]|D|-)[A-Za-z][\\w.-]+").matcher(start);
    int found = 0;
    while (m.find()) {
      found++;
      assertTrue(entry.contains(m.group()), m.group() + " is not in " + entry);
    }
    assertTrue(found >= 8, "found " + found);
  }

  @Test
  void theProgramRunsFromItsLayersOnAReadOnlyRoot() throws Exception {
    assumeTrue(InstalledRoot.possible(), "needs root and the right to mount");
    Path root = Files.createDirectories(folder.resolve("root"));
    StringBuilder unpack = new StringBuilder();
    for (JsonNode layer : manifest.path("layers")) {
      unpack.append("tar -xzf '%s' -C '%s'\n".formatted(blob(layer), root));
    }
    StringBuilder command = new StringBuilder();
    for (String part : List.of("Entrypoint", "Cmd")) {
      config
          .path("config")
          .path(part)
          .forEach(w -> command.append(" '").append(w.asText()).append('\''));
    }
    String shell =
        """
        set -e
        %2$s
        mount --make-rprivate /
        mkdir -p '%1$s/proc'
        mount --bind '%1$s' '%1$s'
        mount -o remount,ro,bind '%1$s'
        mount -t proc proc '%1$s/proc'
        for own in tmp var/lib/drawbridge; do
          mount -t tmpfs -o uid=10001,gid=10001,mode=700 tmpfs "%1$s/$own"
        done
        exec chroot --userspec=10001:10001 '%1$s' %3$s
        """
            .formatted(root, unpack, command);
    Ran ran = Ran.of("unshare", "--mount", "sh", "-c", shell);
    assertEquals(0, ran.code(), ran.text());
    for (String line :
        List.of(
            "arguments --config /etc/drawbridge/agent/agent.yaml",
            "user drawbridge",
            "address true",
            "writes / no",
            "writes /usr/lib no",
            "writes /etc no",
            "writes /tmp yes",
            "writes /var/lib/drawbridge yes",
            "shell false")) {
      assertTrue(ran.text().contains(line), line + " is not in\n" + ran.text());
    }
  }

  @Test
  void theManifestsKeepToTheImage() throws Exception {
    for (String file : List.of("kubernetes/agent.yaml", "kubernetes/gateway.yaml")) {
      String text = Files.readString(Repository.root().resolve("installer").resolve(file));
      for (String needed :
          List.of(
              "runAsNonRoot: true",
              "runAsUser: 10001",
              "readOnlyRootFilesystem: true",
              "allowPrivilegeEscalation: false",
              "drop: [ALL]",
              "mountPath: /tmp",
              "mountPath: /var/lib/drawbridge",
              "terminationGracePeriodSeconds: 30",
              "limits:")) {
        assertTrue(text.contains(needed), needed + " is not in " + file);
      }
    }
  }
}
