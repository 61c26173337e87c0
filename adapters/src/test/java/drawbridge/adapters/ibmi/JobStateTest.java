package drawbridge.adapters.ibmi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import drawbridge.adapters.Answer;
import drawbridge.adapters.TestSite.TestAnswer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a call leaves behind in its job, no other call finds: not on the only connection there is.
 */
final class JobStateTest {
  private static final String SOURCE =
      """
      libraries: [SHOP]
      pool: { size: 1 }
      commands: [QSYS/ADDLIBLE, QSYS/CHGJOB]
      """;

  private static final String OPERATIONS =
      """
      - name: State
        get: /state
        safe: true
        program: { pcml: ../state.pcml, entry: STATE }
      - name: Spoil
        post: /spoil
        keeps-job: false
        program: { pcml: ../state.pcml, entry: SPOIL }
      - name: AddLibrary
        post: /libraries
        command: { library: QSYS, name: ADDLIBLE, parameters: { LIB: { value: OTHER } } }
      - name: ChangeCcsid
        post: /ccsid
        command: { library: QSYS, name: CHGJOB, parameters: { CCSID: { from: ccsid } } }
        parameters: { ccsid: { type: integer, required: true } }
      """;

  private static final String PCML =
      """
      <pcml version="6.0">
        <program name="STATE" path="/QSYS.LIB/SHOP.LIB/STATE.PGM">
          <data name="LIBRARIES" type="char" length="50" usage="output"/>
          <data name="CCSID" type="char" length="10" usage="output"/>
        </program>
        <program name="SPOIL" path="/QSYS.LIB/SHOP.LIB/SPOIL.PGM">
          <data name="DONE" type="char" length="1" usage="output"/>
        </program>
      </pcml>
      """;

  private static final String CLEAN = "{\"libraries\":\"[SHOP]\",\"ccsid\":\"none\"}";

  @TempDir Path folder;
  private final List<String> jobs = new ArrayList<>();
  private TestHost host;
  private HostSite site;

  @BeforeEach
  void start() throws Exception {
    host = TestHost.start(folder);
    host.host().library("OTHER");
    host.host()
        .program(
            "SHOP",
            "STATE",
            p -> {
              p.text(0, 0, 50, p.job().libraries().toString());
              p.text(1, 0, 10, p.job().attributes().getOrDefault("CCSID", "none"));
            });
    host.host()
        .program(
            "SHOP",
            "SPOIL",
            p -> {
              p.job().attributes().put("CCSID", "273");
              p.text(0, 0, 1, "Y");
            });
    Files.writeString(folder.resolve("state.pcml"), PCML);
    site = HostSite.open(folder, host, SOURCE, OPERATIONS);
  }

  @AfterEach
  void stop() {
    site.close();
    host.close();
  }

  private String call(String name, String body) throws Exception {
    TestAnswer answer =
        new TestAnswer(Answer.Format.JSON) {
          @Override
          public void servedBy(String job) {
            jobs.add(job);
          }
        };
    site.call(name, answer, Duration.ofSeconds(30), body);
    return answer.text();
  }

  private void leavesNothing(String name, String body) throws Exception {
    call(name, body);
    assertEquals(CLEAN, call("State", ""));
    assertNotEquals(jobs.get(jobs.size() - 2), jobs.getLast(), name + " had a job of its own");
  }

  @Test
  void aCallThatChangesNothingLeavesItsJobToTheNext() throws Exception {
    assertEquals(CLEAN, call("State", ""));
    assertEquals(CLEAN, call("State", ""));
    assertEquals(jobs.getFirst(), jobs.getLast());
  }

  @Test
  void aLibraryThatACommandAddsIsGone() throws Exception {
    leavesNothing("AddLibrary", "");
    // It would be there already.
    leavesNothing("AddLibrary", "");
  }

  @Test
  void aCcsidThatACommandSetsIsGone() throws Exception {
    leavesNothing("ChangeCcsid", "{\"ccsid\":273}");
  }

  @Test
  void whatAProgramLeavesIsGoneWhereTheFileSaysThatItDoes() throws Exception {
    leavesNothing("Spoil", "");
  }
}
