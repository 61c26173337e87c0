package drawbridge.ibmi.stub;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The host job behind one connection, with the state that lives as long as it does. Thread-safe.
 */
public final class Job {
  private final String number;
  private final HostService service;
  private final String user;
  private final List<String> libraries = new ArrayList<>(List.of("QGPL", "QTEMP"));
  private final Map<String, String> attributes = new ConcurrentHashMap<>();

  Job(int number, HostService service, String user) {
    this.number = String.format(Locale.ROOT, "%06d", number);
    this.service = service;
    this.user = user;
  }

  /** {@code nnnnnn/QUSER/NAME}: a prestart job belongs to QUSER, whoever it works for. */
  public String name() {
    return number + "/QUSER/" + service.jobName();
  }

  public String number() {
    return number;
  }

  /** The service, which the first frames of a connection decide. */
  public HostService service() {
    return service;
  }

  /** The profile that it works for. */
  public String user() {
    return user;
  }

  /** The user part of the library list, in order. */
  public synchronized List<String> libraries() {
    return List.copyOf(libraries);
  }

  /** Puts it in front; false: it is there already. */
  synchronized boolean addLibrary(String library, boolean last) {
    if (libraries.contains(library)) {
      return false;
    }
    libraries.add(last ? libraries.size() : 0, library);
    return true;
  }

  synchronized boolean removeLibrary(String library) {
    return libraries.remove(library);
  }

  synchronized void libraries(List<String> list) {
    libraries.clear();
    libraries.addAll(list);
  }

  /** Such as the accounting code, or whatever a program keeps in its job. */
  public Map<String, String> attributes() {
    return attributes;
  }

  /** The current library, which is searched first. */
  Optional<String> current() {
    return Optional.ofNullable(attributes.get("CURLIB"));
  }
}
