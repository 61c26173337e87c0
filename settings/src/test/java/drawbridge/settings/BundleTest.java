package drawbridge.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BundleTest {
  /** With characters that URLs, JSON and shells write otherwise. */
  private static final String PASSWORD = "Pa\"ss w\\rd+/42";

  /** A key of this run alone. */
  private static final String BODY = newKey();

  private static final String KEY =
      "-----BEGIN PRIVATE KEY-----\n" + BODY + "\n-----END PRIVATE KEY-----\n";

  @TempDir Path folder;

  private static String newKey() {
    try {
      byte[] key =
          KeyPairGenerator.getInstance("Ed25519").generateKeyPair().getPrivate().getEncoded();
      return Base64.getEncoder().encodeToString(key);
    } catch (GeneralSecurityException e) {
      throw new AssertionError("every JDK has Ed25519", e);
    }
  }

  private Map<String, String> read(Path zip) throws IOException {
    Map<String, String> entries = new LinkedHashMap<>();
    try (InputStream file = Files.newInputStream(zip);
        ZipInputStream in = new ZipInputStream(file)) {
      for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
        entries.put(entry.getName(), new String(in.readAllBytes(), StandardCharsets.UTF_8));
      }
    }
    return entries;
  }

  @Test
  void noSecretIsLeftWhereverSomebodyPutIt() throws Exception {
    Files.createDirectories(folder.resolve("secrets"));
    Files.writeString(folder.resolve("secrets/erp"), PASSWORD + "\n");
    Files.writeString(folder.resolve("secrets/agent.key"), KEY);
    String token = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl";
    Path settings =
        Files.writeString(
            folder.resolve("agent.yaml"),
            """
            # yesterday it was Summer2025!
            identity: { certificate: a.pem, key: secrets/agent.key }   # or Winter2026!
            sources:
              - login: { user: bridge, password-file: secrets/erp }
                url: "jdbc:postgresql://bridge:Autumn2024@db1/erp?password=Spring2023"
                note: 'SharedAccessKey=abcdefSECRETvalue=;EntityPath=q'
            """);
    Path log =
        Files.writeString(
            folder.resolve("agent.log"),
            String.join(
                "\n",
                "plain " + PASSWORD,
                "url " + URLEncoder.encode(PASSWORD, StandardCharsets.UTF_8),
                "base64 "
                    + Base64.getEncoder().encodeToString(PASSWORD.getBytes(StandardCharsets.UTF_8)),
                "json {\"x\":\"" + PASSWORD.replace("\\", "\\\\").replace("\"", "\\\"") + "\"}",
                "Authorization: Bearer " + token,
                "Proxy-Authorization: Basic c3ZjOkhlcmJzdDIwMjQ=",
                "token " + token,
                "key in one line " + BODY,
                KEY,
                "the last line",
                ""));
    List<Path> secrets = SecretFiles.of(settings);
    assertEquals(2, secrets.size(), secrets::toString);
    Path zip = folder.resolve("bundle.zip");
    new Bundle(secrets)
        .settings("settings/agent.yaml", settings)
        .log("log.txt", log)
        .text("status.json", "{\"detail\":\"" + PASSWORD + "\"}")
        .listing("settings.txt", folder)
        .versions("agent", "1.0")
        .write(zip);
    Map<String, String> entries = read(zip);
    String all = entries.toString();
    for (String secret :
        List.of(
            PASSWORD,
            URLEncoder.encode(PASSWORD, StandardCharsets.UTF_8),
            Base64.getEncoder().encodeToString(PASSWORD.getBytes(StandardCharsets.UTF_8)),
            BODY,
            "FakeFake",
            token,
            "c2lnbmF0dXJl",
            "c3ZjOkhlcmJzdDIwMjQ",
            "Summer2025",
            "Winter2026",
            "Autumn2024",
            "Spring2023",
            "SECRETvalue")) {
      assertFalse(all.contains(secret), secret + " is in\n" + all);
    }
    // What support needs is still there.
    assertTrue(all.contains("certificate: a.pem"), all);
    assertTrue(all.contains("db1/erp"), all);
    assertTrue(all.contains("the last line"), all);
    assertTrue(entries.getOrDefault("settings.txt", "").contains("secrets"), all);
    assertTrue(entries.getOrDefault("versions.txt", "").contains("agent 1.0"), all);
    assertThrows(FileAlreadyExistsException.class, () -> new Bundle(secrets).write(zip));
  }

  @Test
  void theKeyOfAConnectionStringIsTakenOutAlsoWhereItStandsAlone() throws Exception {
    String key = "bWFuYWdpbmcta2V5+L29mL3RoZQ==";
    Path file =
        Files.writeString(
            folder.resolve("manage"),
            "Endpoint=sb://contoso.servicebus.windows.net/;SharedAccessKeyName=boss;SharedAccessKey="
                + key
                + "\n");
    Path zip = folder.resolve("bundle.zip");
    new Bundle(List.of(file))
        .text("a", "alone " + key + ", in a URL " + URLEncoder.encode(key, StandardCharsets.UTF_8))
        .text("b", "whole " + Files.readString(file))
        .write(zip);
    Map<String, String> entries = read(zip);
    assertEquals("alone ***, in a URL ***", entries.get("a"));
    assertEquals("whole ***", entries.getOrDefault("b", "").strip());
  }

  @Test
  void aSecretThatEverybodyCanReadIsNamed() throws Exception {
    org.junit.jupiter.api.Assumptions.assumeTrue(
        Disk.posix(folder.getFileSystem()), "rights are no bits here");
    Path secret = folder.resolve("sas");
    Disk.create(secret, new byte[] {'x'}, Disk.Reader.OWNER);
    assertTrue(SecretFiles.rights(List.of(secret)).getFirst().good());
    Files.setPosixFilePermissions(
        secret, java.nio.file.attribute.PosixFilePermissions.fromString("rw-r--r--"));
    Finding found = SecretFiles.rights(List.of(secret)).getFirst();
    assertFalse(found.good());
    assertTrue(found.what().contains("sas") && found.fix().contains("chmod 600"), found::toString);
  }
}
