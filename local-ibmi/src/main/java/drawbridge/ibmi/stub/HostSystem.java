package drawbridge.ibmi.stub;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/**
 * A simulated IBM i: host servers on sockets of this machine, to which unmodified clients connect.
 * A test double: nothing in it is durable. Users, programs, commands, queues and files are
 * registered before or while clients are connected. Thread-safe; whoever started it closes it.
 */
public final class HostSystem implements AutoCloseable {
  private static final int MOST_PENDING = 1000;

  private final HostSettings settings;
  private final Accounts accounts;
  private final Faults faults = new Faults();
  private final Programs programs = new Programs();
  private final Commands commands = new Commands(this);
  private final Set<String> libraries = ConcurrentHashMap.newKeySet();
  private final Map<String, DataQueue> dataQueues = new ConcurrentHashMap<>();
  private final Map<String, MessageQueue> messageQueues = new ConcurrentHashMap<>();
  private final Map<String, SqlProcedure.Declared> procedures = new ConcurrentHashMap<>();
  private final Set<String> unjournaled = ConcurrentHashMap.newKeySet();
  private final Map<String, JobDescription> jobDescriptions = new ConcurrentHashMap<>();
  private final Map<Path, Integer> ccsids = new ConcurrentHashMap<>();
  private final Listeners listeners;
  private final Map<String, LongAdder> requests = new ConcurrentHashMap<>();
  private final AtomicInteger jobs = new AtomicInteger(100_000);

  /** Those that a host connection was asked for; the oldest go where they are never used. */
  private final Map<String, HostConnectionServer.Pending> pending =
      Collections.synchronizedMap(
          new LinkedHashMap<>() {
            @Override
            protected boolean removeEldestEntry(
                Map.Entry<String, HostConnectionServer.Pending> eldest) {
              return size() > MOST_PENDING;
            }
          });

  private HostSystem(HostSettings settings) {
    this.settings = settings;
    this.listeners = new Listeners(this);
    this.accounts = new Accounts(settings.passwordLevel(), settings.mostFailures());
    libraries.addAll(List.of("QSYS", "QGPL", "QTEMP"));
    messageQueue("QSYS", "QSYSOPR");
    SystemPrograms.register(this);
    MessagePrograms.register(this);
    SqlCatalogue.register(procedures);
  }

  /** Listens on all its ports when this returns. */
  public static HostSystem start(HostSettings settings) throws IOException {
    HostSystem host = new HostSystem(settings);
    boolean complete = false;
    try {
      host.listeners.open();
      complete = true;
      return host;
    } finally {
      if (!complete) {
        host.close();
      }
    }
  }

  // ---- what is on it

  /** Profile tokens are not valid any more, as after an IPL. */
  public void forgetTokens() {
    accounts.forgetTokens();
  }

  /** Its password is entered as clients do; names are in capitals on the host. */
  public HostUser user(String name, String password) {
    return accounts.add(name, password);
  }

  /** Makes the library known, if it isn't. */
  public void library(String name) {
    libraries.add(name);
  }

  /** Makes the library known too. */
  public void program(String library, String name, HostProgram program) {
    libraries.add(library);
    programs.add(library, name, program);
  }

  /** Exported by a service program; parameter 0 is the return value, those of the call follow. */
  public void procedure(String library, String service, String name, HostProgram program) {
    libraries.add(library);
    programs.addProcedure(library, service, name, program);
  }

  /** By its name alone, such as {@code CRTLIB}. */
  public void command(String name, HostCommand command) {
    commands.add(name, command);
  }

  /**
   * What is kept of a job description.
   *
   * @param libraries its initial library list
   * @param accountingCode up to 15 characters; {@code *USRPRF}: the user's
   */
  record JobDescription(List<String> libraries, String accountingCode) {
    JobDescription {
      libraries = List.copyOf(libraries);
    }
  }

  /** Makes a job description with an initial library list and an accounting code. */
  public void jobDescription(
      String library, String name, List<String> initialLibraries, String accountingCode) {
    libraries.add(library);
    jobDescriptions.put(library + "/" + name, new JobDescription(initialLibraries, accountingCode));
  }

  Optional<JobDescription> jobDescription(String library, String name) {
    return Optional.ofNullable(jobDescriptions.get(library + "/" + name));
  }

  /** For SQL's CALL; the statement must name the schema. */
  public void sqlProcedure(
      String schema, String name, List<SqlProcedure.Parameter> parameters, SqlProcedure body) {
    procedures.put(schema + "." + name, new SqlProcedure.Declared(parameters, body));
  }

  /**
   * Makes a data queue, and the library known.
   *
   * @param maxLength of an entry, in bytes
   * @param keyLength in bytes; 0 unless keyed
   * @param senders entries carry who sent them
   */
  public DataQueue dataQueue(
      String library,
      String name,
      DataQueue.Order order,
      int maxLength,
      int keyLength,
      boolean senders) {
    libraries.add(library);
    DataQueue queue = DataQueue.of(order, maxLength, keyLength, senders);
    addDataQueue(library, name, queue);
    return queue;
  }

  /** Makes a message queue, and the library known; {@code QSYS/QSYSOPR} is there. */
  public MessageQueue messageQueue(String library, String name) {
    libraries.add(library);
    return messageQueues.computeIfAbsent(library + "/" + name, key -> new MessageQueue(this));
  }

  /** What goes wrong with requests and answers. */
  public Faults faults() {
    return faults;
  }

  // ---- what it is like from outside

  public HostSettings settings() {
    return settings;
  }

  /** The host's name for clients: its address. */
  public String name() {
    return settings.address().getHostAddress();
  }

  /** Without TLS. */
  public int port(HostService service) {
    return listeners.port(service, false);
  }

  public int tlsPort(HostService service) {
    return listeners.port(service, true);
  }

  /** Whether it does, with TLS or without. */
  public boolean listens(HostService service, boolean tls) {
    return listeners.listens(service, tls);
  }

  public int portMapperPort() {
    return listeners.portMapperPort();
  }

  /** The jobs of all connections that somebody has signed on to. */
  public List<Job> jobs() {
    return listeners.connections().stream()
        .map(HostConnection::job)
        .filter(java.util.Objects::nonNull)
        .toList();
  }

  /** How many connections there are to this service. */
  public int connections(HostService service) {
    return (int) listeners.connections().stream().filter(c -> c.service() == service).count();
  }

  /** How often this request came so far. */
  public long requests(HostService service, int request) {
    LongAdder count = requests.get(service + " " + request);
    return count == null ? 0 : count.sum();
  }

  /** How many requests came so far, of whatever kind and to whatever service. */
  public long requests() {
    return requests.values().stream().mapToLong(LongAdder::sum).sum();
  }

  /** Cuts all connections to this service, as the end of its subsystem does. */
  public void drop(HostService service) {
    listeners.connections().stream()
        .filter(c -> c.service() == service)
        .forEach(HostConnection::close);
  }

  // ---- for its servers

  Accounts accounts() {
    return accounts;
  }

  Programs programs() {
    return programs;
  }

  Commands commands() {
    return commands;
  }

  Map<String, HostConnectionServer.Pending> pending() {
    return pending;
  }

  /** Takes the journal of a table away: under commitment control it can't be changed (SQL7008). */
  public void unjournaled(String schema, String table) {
    unjournaled.add(schema + "." + table);
  }

  Set<String> unjournaled() {
    return unjournaled;
  }

  Map<String, SqlProcedure.Declared> procedures() {
    return procedures;
  }

  /** Stops the statement that runs in the job of this number. */
  void cancelSql(String number) {
    for (HostConnection connection : listeners.connections()) {
      Job job = connection.job();
      if (job != null && job.number().equals(number)) {
        connection.stopSql();
      }
    }
  }

  Job newJob(HostService service, String user) {
    return new Job(jobs.incrementAndGet(), service, user);
  }

  void count(HostService service, int request) {
    requests.computeIfAbsent(service + " " + request, key -> new LongAdder()).increment();
  }

  boolean hasLibrary(String library) {
    return libraries.contains(library);
  }

  /** Whether there is such an object; tables are the database's, and not looked for. */
  boolean has(String library, String name, String type) {
    return switch (type) {
      case "*LIB" -> hasLibrary(name);
      case "*PGM" -> programs.has(library, name);
      case "*SRVPGM" -> programs.hasService(library, name);
      case "*DTAQ" -> dataQueues.containsKey(library + "/" + name);
      case "*MSGQ" -> messageQueues.containsKey(library + "/" + name);
      case "*CMD" -> commands.has(name);
      case "*USRPRF" -> accounts.find(name).isPresent();
      default -> false;
    };
  }

  Optional<DataQueue> findDataQueue(Job job, String library, String name) {
    return Programs.searched(job, library).stream()
        .map(each -> dataQueues.get(each + "/" + name))
        .filter(java.util.Objects::nonNull)
        .findFirst();
  }

  boolean addDataQueue(String library, String name, DataQueue queue) {
    return hasLibrary(library) && dataQueues.putIfAbsent(library + "/" + name, queue) == null;
  }

  void removeDataQueue(String library, String name) {
    DataQueue queue = dataQueues.remove(library + "/" + name);
    if (queue != null) {
      queue.delete();
    }
  }

  Optional<MessageQueue> findMessageQueue(Job job, String library, String name) {
    return Programs.searched(job, library).stream()
        .map(each -> messageQueues.get(each + "/" + name))
        .filter(java.util.Objects::nonNull)
        .findFirst();
  }

  /** The CCSID that a file's data is tagged with: UTF-8 unless a client said otherwise. */
  int ccsid(Path file) {
    return ccsids.getOrDefault(file, 1208);
  }

  void ccsid(Path file, int ccsid) {
    if (ccsid != 0) {
      ccsids.put(file, ccsid);
    }
  }

  /** The host's clock is this machine's. */
  static LocalDateTime now() {
    return LocalDateTime.now(ZoneId.systemDefault());
  }

  /** CYYMMDD, C being the century after 1900. */
  String hostDate() {
    LocalDateTime today = now();
    return (today.getYear() / 100 - 19) + today.format(DateTimeFormatter.ofPattern("yyMMdd"));
  }

  String hostTime() {
    return now().format(DateTimeFormatter.ofPattern("HHmmss"));
  }

  /** Waits that long; true: the host has closed meanwhile. */
  boolean closesWithin(Duration time) throws InterruptedException {
    return listeners.closesWithin(time);
  }

  /** Ends every connection and waits until no thread is left. */
  @Override
  public void close() {
    listeners.close();
  }
}
