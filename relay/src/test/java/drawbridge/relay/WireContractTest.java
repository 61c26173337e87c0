package drawbridge.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.Descriptors.ServiceDescriptor;
import drawbridge.relay.wire.Catalogue;
import drawbridge.relay.wire.Head;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * One version back works, both ways: whatever the calls of an earlier version had is there still,
 * with its number and type, and what is new is passed over by whoever does not know it. The files
 * below {@code wire/} have a line a field, method and value; a release adds one and none is
 * changed.
 */
final class WireContractTest {
  private static final Path VERSIONS = Path.of("src/test/resources/wire");

  @Test
  void whatAnEarlierVersionSaidIsStillSaidTheSameWay() throws Exception {
    Set<String> now = lines(Catalogue.getDescriptor().getFile());
    int versions = 0;
    try (var files = Files.list(VERSIONS)) {
      for (Path version : files.sorted().toList()) {
        Set<String> lost = new TreeSet<>(Files.readAllLines(version));
        assertTrue(lost.size() > 150, version + " has " + lost.size());
        lost.removeAll(now);
        assertEquals(Set.of(), lost, () -> "changed since " + version.getFileName());
        versions++;
      }
    }
    assertTrue(versions > 0);
  }

  /** A field of a later version, here one with a number that nobody has, does no harm. */
  @Test
  void whatIsNewIsPassedOver() throws Exception {
    byte[] later = {(byte) 0xfa, 0x3f, 3, 'n', 'e', 'w'}; // field 1023: three bytes
    byte[] head = Head.newBuilder().setOperation("orders/v1/FindOrders").build().toByteArray();
    byte[] both = new byte[head.length + later.length];
    System.arraycopy(head, 0, both, 0, head.length);
    System.arraycopy(later, 0, both, head.length, later.length);
    assertEquals("orders/v1/FindOrders", Head.parseFrom(both).getOperation());
    assertEquals(
        List.of(), Catalogue.parseFrom(new byte[0]).getFilesList(), "what is missing is empty");
  }

  private static Set<String> lines(FileDescriptor file) {
    Set<String> lines = new TreeSet<>();
    file.getMessageTypes().forEach(type -> add(lines, type));
    file.getEnumTypes().forEach(type -> add(lines, type));
    for (ServiceDescriptor service : file.getServices()) {
      for (MethodDescriptor method : service.getMethods()) {
        lines.add(
            "%s(%s%s) %s%s"
                .formatted(
                    method.getFullName(),
                    method.isClientStreaming() ? "stream " : "",
                    method.getInputType().getFullName(),
                    method.isServerStreaming() ? "stream " : "",
                    method.getOutputType().getFullName()));
      }
    }
    return lines;
  }

  private static void add(Set<String> lines, Descriptor type) {
    for (FieldDescriptor field : type.getFields()) {
      String of =
          switch (field.getJavaType()) {
            case MESSAGE -> field.getMessageType().getFullName();
            case ENUM -> field.getEnumType().getFullName();
            default -> field.getType().name().toLowerCase(java.util.Locale.ROOT);
          };
      lines.add(
          "%s = %d %s%s"
              .formatted(
                  field.getFullName(),
                  field.getNumber(),
                  field.isRepeated() ? "repeated " : "",
                  of));
    }
    type.getNestedTypes().forEach(nested -> add(lines, nested));
    type.getEnumTypes().forEach(nested -> add(lines, nested));
  }

  private static void add(Set<String> lines, EnumDescriptor type) {
    for (EnumValueDescriptor value : type.getValues()) {
      lines.add("%s = %d".formatted(value.getFullName(), value.getNumber()));
    }
  }
}
