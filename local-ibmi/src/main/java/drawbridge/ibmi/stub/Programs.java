package drawbridge.ibmi.stub;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Programs and procedures of service programs, by library and name. Thread-safe. */
final class Programs {
  private final Map<String, HostProgram> programs = new ConcurrentHashMap<>();
  private final Map<String, HostProgram> procedures = new ConcurrentHashMap<>();

  void add(String library, String name, HostProgram program) {
    programs.put(library + "/" + name, program);
  }

  void addProcedure(String library, String name, String procedure, HostProgram program) {
    procedures.put(library + "/" + name + "/" + procedure, program);
  }

  boolean hasLibrary(String library) {
    return programs.keySet().stream().anyMatch(key -> key.startsWith(library + "/"))
        || procedures.keySet().stream().anyMatch(key -> key.startsWith(library + "/"));
  }

  boolean has(String library, String name) {
    return programs.containsKey(library + "/" + name);
  }

  boolean hasService(String library, String name) {
    return procedures.keySet().stream().anyMatch(k -> k.startsWith(library + "/" + name + "/"));
  }

  Optional<HostProgram> find(Job job, String library, String name) {
    return searched(job, library).stream()
        .map(each -> programs.get(each + "/" + name))
        .filter(java.util.Objects::nonNull)
        .findFirst();
  }

  Optional<HostProgram> findProcedure(Job job, String library, String name, String procedure) {
    return searched(job, library).stream()
        .map(each -> procedures.get(each + "/" + name + "/" + procedure))
        .filter(java.util.Objects::nonNull)
        .findFirst();
  }

  /** The libraries that a name stands for. */
  static List<String> searched(Job job, String library) {
    return switch (library) {
      case "*LIBL" -> {
        List<String> all = new ArrayList<>(List.of("QSYS"));
        job.current().ifPresent(all::add);
        all.addAll(job.libraries());
        yield all;
      }
      case "*CURLIB" -> List.of(job.current().orElse("QGPL"));
      default -> List.of(library);
    };
  }
}
