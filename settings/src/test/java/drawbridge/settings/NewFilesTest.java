package drawbridge.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NewFilesTest {
  @TempDir Path folder;

  private String mode(String file) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve(file)));
  }

  @Test
  void secretsAndTheirFolderAreForTheOwnerAlone() throws Exception {
    assumeTrue(Disk.posix(folder.getFileSystem()), "rights are no bits here");
    new NewFiles()
        .secret(folder.resolve("secrets/sas"), new Secret("x"))
        .text(folder.resolve("site/policy.yaml"), "rules: []\n")
        .write();
    assertEquals("rwx------", mode("secrets"));
    assertEquals("rw-------", mode("secrets/sas"));
    assertEquals("rwxr-xr-x", mode("site"));
    assertEquals("rw-r--r--", mode("site/policy.yaml"));
  }

  @Test
  void nothingIsWrittenOverAndNothingHalfIsLeft() throws Exception {
    Path there = Files.writeString(folder.resolve("b"), "mine");
    NewFiles files = new NewFiles().text(folder.resolve("a"), "x").text(there, "y");
    assertEquals(List.of(there), files.inTheWay());
    assertThrows(IOException.class, files::write);
    assertEquals("mine", Files.readString(there));
    assertFalse(Files.exists(folder.resolve("a")), "made before it, and taken back");
  }
}
