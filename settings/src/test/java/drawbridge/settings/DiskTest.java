package drawbridge.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.AclEntry;
import java.nio.file.attribute.AclFileAttributeView;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The same on a file system as Unix has it and on one as Windows does. */
class DiskTest {
  enum Kind {
    UNIX,
    WINDOWS;

    Configuration configuration() {
      return switch (this) {
        case UNIX ->
            Configuration.unix().toBuilder().setAttributeViews("basic", "owner", "posix").build();
        case WINDOWS ->
            Configuration.windows().toBuilder()
                .setAttributeViews("basic", "owner", "dos", "acl")
                .build();
      };
    }

    Path folder(FileSystem files) throws Exception {
      return Files.createDirectories(files.getPath(this == UNIX ? "/data" : "C:\\data"));
    }
  }

  @ParameterizedTest
  @EnumSource
  void aSecretIsForItsOwnerAlone(Kind system) throws Exception {
    try (FileSystem files = Jimfs.newFileSystem(system.configuration())) {
      Path folder = system.folder(files).resolve("secrets");
      Disk.folder(folder, Disk.Reader.OWNER);
      Path secret = folder.resolve("sas");
      Disk.create(secret, new byte[] {42}, Disk.Reader.OWNER);
      if (system == Kind.WINDOWS) {
        // This file system opens no folder, as Windows does not: so nobody may try.
        Disk.settle(folder);
      }
      assertEquals(42, Files.readAllBytes(secret)[0]);
      if (system == Kind.UNIX) {
        assertEquals(2, Files.getPosixFilePermissions(secret).size());
        assertEquals(3, Files.getPosixFilePermissions(folder).size());
      } else {
        AclFileAttributeView view = Files.getFileAttributeView(secret, AclFileAttributeView.class);
        List<AclEntry> acl = view.getAcl();
        assertEquals(1, acl.size());
        assertEquals(view.getOwner(), acl.getFirst().principal());
      }
      assertThrows(
          FileAlreadyExistsException.class,
          () -> Disk.create(secret, new byte[] {1}, Disk.Reader.OWNER));
    }
  }

  /** What a service keeps is its administrators' too, where the folder above says so. */
  @ParameterizedTest
  @EnumSource
  void aFolderOfTheProgramsOwnIsForItsOwnerOrAsTheFolderAboveSays(Kind system) throws Exception {
    try (FileSystem files = Jimfs.newFileSystem(system.configuration())) {
      Path folder = system.folder(files).resolve("state").resolve("audit");
      Disk.ownFolder(folder);
      Disk.ownFolder(folder);
      Path file = folder.resolve("000000000001.jsonl");
      Disk.ownFile(file).close();
      assertThrows(FileAlreadyExistsException.class, () -> Disk.ownFile(file));
      Path socket = Files.createFile(folder.resolve("status.socket"));
      Disk.shut(socket);
      if (system == Kind.UNIX) {
        assertEquals(3, Files.getPosixFilePermissions(folder).size());
        assertEquals(2, Files.getPosixFilePermissions(file).size());
        assertEquals(2, Files.getPosixFilePermissions(socket).size());
      } else {
        for (Path one : List.of(folder, file, socket)) {
          var acl = Files.getFileAttributeView(one, AclFileAttributeView.class).getAcl();
          assertEquals(List.of(), acl, "no entry of its own");
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void aWholeFileTakesThePlaceOfAnother(Kind system) throws Exception {
    try (FileSystem files = Jimfs.newFileSystem(system.configuration())) {
      Path folder = system.folder(files);
      Path file = Files.writeString(folder.resolve("pauses.yaml"), "old");
      Path whole = Files.writeString(folder.resolve("pauses.yaml.new"), "new");
      Disk.replace(whole, file);
      assertEquals("new", Files.readString(file));
      assertFalse(Files.exists(whole));
    }
  }

  /** On Windows a file that somebody has open cannot be replaced; readers are done soon. */
  @ParameterizedTest
  @EnumSource
  void aFileThatIsBeingReadIsWaitedForWhereItMustBe(Kind system) throws Exception {
    try (FileSystem files = Jimfs.newFileSystem(system.configuration())) {
      Path folder = system.folder(files);
      Path file = Files.writeString(folder.resolve("a"), "old");
      Path whole = Files.writeString(folder.resolve("b"), "new");
      AtomicInteger tries = new AtomicInteger();
      Disk.Move held =
          (from, to, how) -> {
            if (tries.incrementAndGet() < 3) {
              throw new AccessDeniedException(to.toString());
            }
            Files.move(from, to, how);
          };
      if (system == Kind.UNIX) {
        assertThrows(AccessDeniedException.class, () -> Disk.replace(whole, file, held));
        assertEquals(1, tries.get(), "there it is a matter of rights, and waiting helps nobody");
      } else {
        Disk.replace(whole, file, held);
        assertEquals("new", Files.readString(file));
      }
    }
  }
}
