package drawbridge.adapters.ibmi;

import drawbridge.adapters.Operation;
import drawbridge.adapters.Outline;
import drawbridge.settings.Section;
import java.util.List;

/** The kinds of operations that an IBM i has, by the key that an API file names them with. */
final class IbmiOperations {
  private static final List<String> KINDS =
      List.of("program", "data-queue", "message-queue", "command", "file");

  private IbmiOperations() {}

  static Operation read(OperationContext context, Section section, Outline outline) {
    List<String> given = KINDS.stream().filter(section::has).toList();
    if (given.size() != 1) {
      throw section.wrong(
          given.isEmpty() ? "" : given.getLast(),
          given.isEmpty() ? "says nothing to do on the source" : "is a second thing to do",
          "write exactly one of " + String.join(", ", KINDS));
    }
    return switch (given.getFirst()) {
      case "program" -> ProgramOperation.read(context, section, outline);
      case "data-queue" -> DataQueueOperation.read(context, section, outline);
      case "message-queue" -> MessageQueueOperation.read(context, section, outline);
      case "command" -> CommandOperation.read(context, section, outline);
      default -> FileOperation.read(context, section, outline);
    };
  }
}
