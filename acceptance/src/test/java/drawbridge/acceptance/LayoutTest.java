package drawbridge.acceptance;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Keeps the arrows of the architecture true: {@code gateway → relay ← agent → adapters}. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class LayoutTest {
  private static final List<String> MODULES =
      List.of(
          "settings",
          "audit",
          "certs-sample",
          "relay",
          "tokens",
          "documents",
          "traces",
          "local-ibmi",
          "adapters",
          "agent",
          "gateway",
          "local-namespace",
          "acceptance");

  private static final String SETTINGS = "drawbridge.settings..";
  private static final String AUDIT = "drawbridge.audit..";
  private static final String CERTS = "drawbridge.certs..";
  private static final String RELAY = "drawbridge.relay..";
  private static final String TOKENS = "drawbridge.tokens..";
  private static final String DOCUMENTS = "drawbridge.documents..";
  private static final String TRACES = "drawbridge.traces..";
  private static final String ADAPTERS = "drawbridge.adapters..";
  private static final String AGENT = "drawbridge.agent..";
  private static final String GATEWAY = "drawbridge.gateway..";
  private static final String NAMESPACE = "drawbridge.namespace..";
  private static final String IBMI_STUB = "drawbridge.ibmi.stub..";
  private static final String ACCEPTANCE = "drawbridge.acceptance..";

  private static final String[] SERVICE_BUS = {"com.azure..", "org.apache.qpid..", "reactor.."};
  private static final String[] CALLS = {"io.grpc..", "com.google.protobuf.."};
  private static final String[] HTTP_SERVER = {"io.helidon..", "com.sun.net.httpserver.."};
  private static final String[] DATABASES = {
    "java.sql..", "javax.sql..", "com.zaxxer..", "org.postgresql..", "org.h2..", "com.ibm.."
  };

  /** What is packaged and shipped, without tests, samples and stand-ins. */
  private static final String[] SHIPPED = {
    SETTINGS, AUDIT, RELAY, TOKENS, DOCUMENTS, TRACES, ADAPTERS, AGENT, GATEWAY
  };

  private final JavaClasses classes = imported();

  /** Our own classes alone: what libraries do among themselves is theirs. */
  private static JavaClasses imported() {
    List<Path> folders = new ArrayList<>();
    for (String module : MODULES) {
      Path folder = Repository.root().resolve(module).resolve("target/classes");
      assertTrue(Files.isDirectory(folder), () -> folder + " is not built");
      folders.add(folder);
    }
    return new ClassFileImporter().importPaths(folders);
  }

  @Test
  void settingsStandBelowEverything() {
    holds(
        noClasses()
            .that(resideInAPackage(SETTINGS))
            .should()
            .dependOnClassesThat(
                resideInAnyPackage(
                    CERTS,
                    AUDIT,
                    RELAY,
                    TOKENS,
                    DOCUMENTS,
                    TRACES,
                    ADAPTERS,
                    AGENT,
                    GATEWAY,
                    NAMESPACE,
                    IBMI_STUB,
                    ACCEPTANCE))
            .because("settings read files for all programs, and know none of them"));
  }

  @Test
  void theAuditLogKnowsOnlySettings() {
    holds(
        noClasses()
            .that(resideInAPackage(AUDIT))
            .should()
            .dependOnClassesThat(
                resideInAnyPackage(CERTS, RELAY, ADAPTERS, AGENT, GATEWAY, NAMESPACE, ACCEPTANCE))
            .orShould()
            .dependOnClassesThat(resideInAnyPackage(both(SERVICE_BUS, both(CALLS, HTTP_SERVER))))
            .because("whoever verifies a log needs no part of the bridge that wrote it"));
  }

  @Test
  void relayAndAdaptersKnowNothingOfTheAuditLog() {
    holds(
        noClasses()
            .that(resideInAnyPackage(RELAY, ADAPTERS))
            .should()
            .dependOnClassesThat(resideInAPackage(AUDIT))
            .because(
                "agent and gateway say what is recorded; what they stand on carries and reads"));
  }

  @Test
  void theRelayKnowsNothingOfItsEnds() {
    holds(
        noClasses()
            .that(resideInAPackage(RELAY))
            .should()
            .dependOnClassesThat(resideInAnyPackage(TOKENS, DOCUMENTS, ADAPTERS, AGENT, GATEWAY))
            .because("the relay carries bytes and calls; both ends stand on it, not under it"));
  }

  @Test
  void theRelayKnowsNothingOfDatabasesAndHttp() {
    holds(
        noClasses()
            .that(resideInAPackage(RELAY))
            .should()
            .dependOnClassesThat(resideInAnyPackage(both(DATABASES, HTTP_SERVER)))
            .because("the wire knows nothing of SQL, hosts or HTTP"));
  }

  @Test
  void documentsKnowTheCatalogueAlone() {
    holds(
        noClasses()
            .that(resideInAPackage(DOCUMENTS))
            .should()
            .dependOnClassesThat(
                resideInAnyPackage(
                    SETTINGS, ADAPTERS, AGENT, GATEWAY, "drawbridge.relay", "io.grpc.."))
            .orShould()
            .dependOnClassesThat(
                resideInAnyPackage(both(DATABASES, both(SERVICE_BUS, HTTP_SERVER))))
            .because(
                "agent and gateway must make the same document of the same catalogue, so it may"
                    + " depend on nothing else"));
  }

  @Test
  void onlyTracesKnowOpenTelemetryAndTheyKnowNoCalls() {
    holds(
        noClasses()
            .that(resideInAnyPackage("drawbridge.."))
            .and(resideOutsideOfPackage(TRACES))
            .should()
            .dependOnClassesThat(resideInAnyPackage("io.opentelemetry.."))
            .because("without a collector none of it is loaded"));
    holds(
        noClasses()
            .that(resideInAPackage(TRACES))
            .should()
            .dependOnClassesThat(resideInAnyPackage(RELAY, ADAPTERS, AGENT, GATEWAY, AUDIT))
            .because("what may be told of a call is the business of whoever knows calls"));
  }

  @Test
  void adaptersKnowNothingOfTheWire() {
    holds(
        noClasses()
            .that(resideInAPackage(ADAPTERS))
            .should()
            .dependOnClassesThat(resideInAnyPackage(RELAY, DOCUMENTS, AGENT, GATEWAY))
            .orShould()
            .dependOnClassesThat(resideInAnyPackage(both(SERVICE_BUS, both(CALLS, HTTP_SERVER))))
            .because("an adapter is written by someone who knows a database, not the bridge"));
  }

  @Test
  void theGatewayKnowsNothingOfWhatIsBehindTheAgent() {
    holds(
        noClasses()
            .that(resideInAPackage(GATEWAY))
            .should()
            .dependOnClassesThat(resideInAnyPackage(ADAPTERS, AGENT))
            .orShould()
            .dependOnClassesThat(resideInAnyPackage(DATABASES))
            .because(
                "it learns operations from catalogues; a stolen gateway holds no way to a"
                    + " database"));
  }

  @Test
  void theAgentKnowsNothingOfTheGateway() {
    holds(
        noClasses()
            .that(resideInAPackage(AGENT))
            .should()
            .dependOnClassesThat(resideInAPackage(GATEWAY))
            .because("the two meet in the relay alone"));
  }

  @Test
  void theAgentServesNoHttpButItsConsole() {
    holds(
        noClasses()
            .that(resideInAPackage(AGENT))
            .and(resideOutsideOfPackage("drawbridge.agent.console"))
            .should()
            .dependOnClassesThat(resideInAnyPackage(HTTP_SERVER))
            .because("an agent listens on nothing, but for the console that its admin asks for"));
  }

  @Test
  void onlyAdaptersTalkToDatabases() {
    holds(
        noClasses()
            .that(
                resideInAnyPackage(
                    SETTINGS, AUDIT, CERTS, RELAY, DOCUMENTS, AGENT, GATEWAY, NAMESPACE))
            .should()
            .dependOnClassesThat(resideInAnyPackage(DATABASES))
            .because("drivers, pools and their exceptions stay behind the adapters' contract"));
  }

  @Test
  void onlyTheRelayTalksToServiceBus() {
    holds(
        noClasses()
            .that(resideInAnyPackage(SETTINGS, DOCUMENTS, ADAPTERS, AGENT, GATEWAY))
            .should()
            .dependOnClassesThat(resideInAnyPackage(SERVICE_BUS))
            .because("another carrier must fit under the same socket"));
  }

  @Test
  void standInsAndSamplesAreNotShipped() {
    holds(
        noClasses()
            .that(resideInAnyPackage(SHIPPED))
            .should()
            .dependOnClassesThat(resideInAnyPackage(NAMESPACE, IBMI_STUB, CERTS, ACCEPTANCE))
            .because("stand-ins and sample keys are for trying things out, never in a package"));
  }

  @Test
  void theSimulatedHostKnowsNothingOfItsClients() {
    holds(
        noClasses()
            .that(resideInAPackage(IBMI_STUB))
            .should()
            .dependOnClassesThat(resideInAnyPackage(ADAPTERS, RELAY, AGENT, GATEWAY, "com.ibm.."))
            .because("it stands for the system, so it must not share a client's idea of it"));
  }

  @Test
  void theLocalNamespaceDoesNotKnowTheRelay() {
    holds(
        noClasses()
            .that(resideInAPackage(NAMESPACE))
            .should()
            .dependOnClassesThat(resideInAnyPackage(RELAY, "com.azure.."))
            .because("it stands for the service, so it must not share the relay's idea of it"));
  }

  @Test
  void onlyMainClassesEndTheProgram() {
    holds(
        noClasses()
            .that()
            .doNotHaveSimpleName("Main")
            .and(resideInAnyPackage(both(SHIPPED, new String[] {CERTS, NAMESPACE, IBMI_STUB})))
            .should()
            .callMethod(System.class, "exit", int.class)
            .orShould()
            .callMethod(Runtime.class, "halt", int.class)
            .because("whoever ends the program from the middle skips draining and the audit log"));
  }

  @Test
  void nobodySleeps() {
    holds(
        noClasses()
            .should()
            .callMethod(Thread.class, "sleep", long.class)
            .orShould()
            .callMethod(Thread.class, "sleep", long.class, int.class)
            .orShould()
            .callMethod(Thread.class, "sleep", java.time.Duration.class)
            .because("a wait ends when its condition holds, at a deadline, or on close"));
  }

  @Test
  void nobodyPrintsStackTraces() {
    holds(
        noClasses()
            .should()
            .callMethod(Throwable.class, "printStackTrace")
            .because("what goes wrong belongs into the log, where it has a time and a name"));
  }

  private void holds(ArchRule rule) {
    rule.allowEmptyShould(true).check(classes);
  }

  private static String[] both(String[] some, String[] others) {
    return Stream.concat(Stream.of(some), Stream.of(others)).toArray(String[]::new);
  }

  /** NullAway checks only what is marked, so a package without the mark is not checked at all. */
  @Test
  void everyPackageIsNullMarked() throws IOException {
    List<String> unmarked = new ArrayList<>();
    for (String module : MODULES) {
      Path sources = Repository.root().resolve(module).resolve("src/main/java");
      try (Stream<Path> files = Files.walk(sources)) {
        for (Path folder :
            files
                .filter(file -> file.toString().endsWith(".java"))
                .map(Path::getParent)
                .distinct()
                .toList()) {
          Path info = folder.resolve("package-info.java");
          if (!Files.exists(info) || !Files.readString(info).contains("@NullMarked")) {
            unmarked.add(folder.toString());
          }
        }
      }
    }
    assertEquals(List.of(), unmarked);
  }
}
