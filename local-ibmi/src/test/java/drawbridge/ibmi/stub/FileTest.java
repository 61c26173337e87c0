package drawbridge.ibmi.stub;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.ibm.as400.access.AS400;
import com.ibm.as400.access.IFSFile;
import com.ibm.as400.access.IFSFileInputStream;
import com.ibm.as400.access.IFSFileOutputStream;
import com.ibm.as400.access.IFSFileReader;
import com.ibm.as400.access.IFSFileWriter;
import com.ibm.as400.access.IFSRandomAccessFile;
import java.io.FileNotFoundException;
import java.io.Reader;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FileTest {
  @TempDir private Path folder;
  private HostSystem host;
  private AS400 system;

  @BeforeEach
  void start() throws Exception {
    Path root = Files.createDirectory(folder.resolve("root"));
    Files.writeString(folder.resolve("outside"), "not for clients");
    host = HostSettings.builder().files(root).start();
    host.user("BRIDGE", "secret");
    system = Client.plain(host, "BRIDGE", "secret");
  }

  @AfterEach
  void stop() {
    system.disconnectAllServices();
    host.close();
  }

  private IFSFile file(String path) {
    return new IFSFile(system, path);
  }

  @Test
  void filesAreWrittenListedAndRead() throws Exception {
    assertTrue(file("/people/bridge/in").mkdirs());
    assertTrue(file("/people/bridge").isDirectory());
    assertFalse(file("/people/nobody").exists());
    byte[] large = new byte[3_000_000];
    new Random(1).nextBytes(large);
    try (IFSFileOutputStream out = new IFSFileOutputStream(system, "/people/bridge/in/a.bin")) {
      out.write(large);
    }
    assertEquals(large.length, file("/people/bridge/in/a.bin").length());
    try (IFSFileInputStream in = new IFSFileInputStream(system, "/people/bridge/in/a.bin")) {
      assertArrayEquals(large, in.readAllBytes());
    }
    assertTrue(file("/people/bridge/in/u.txt").createNewFile());
    try (Writer writer = new IFSFileWriter(file("/people/bridge/in/u.txt"))) {
      writer.write("Grüße");
    }
    try (Reader reader = new IFSFileReader(file("/people/bridge/in/u.txt"))) {
      char[] text = new char[20];
      assertEquals("Grüße", new String(text, 0, reader.read(text)));
    }
    assertEquals(
        List.of("a.bin", "u.txt"),
        Arrays.stream(file("/people/bridge/in").listFiles())
            .map(IFSFile::getName)
            .sorted()
            .toList());
    IFSRandomAccessFile random = new IFSRandomAccessFile(system, "/people/bridge/in/a.bin", "rw");
    random.seek(100);
    random.writeInt(42);
    random.seek(100);
    assertEquals(42, random.readInt());
    random.close();
  }

  @Test
  void filesAreRenamedAndDeleted() throws Exception {
    assertTrue(file("/a").mkdir());
    assertTrue(file("/a/x").createNewFile());
    assertFalse(file("/a").delete());
    assertTrue(file("/a/x").renameTo(file("/y")));
    assertTrue(file("/y").delete());
    assertTrue(file("/a").delete());
    assertThrows(FileNotFoundException.class, () -> new IFSFileInputStream(system, "/none"));
  }

  @Test
  void nothingOutsideTheFolderIsSeen() throws Exception {
    assertFalse(file("/../outside").exists());
    assertThrows(Exception.class, () -> new IFSFileInputStream(system, "/x/../../outside").read());
  }
}
