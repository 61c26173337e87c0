package drawbridge.adapters.ibmi.layout;

import com.code_intelligence.jazzer.junit.FuzzTest;
import drawbridge.adapters.Fault;
import drawbridge.adapters.FaultException;
import drawbridge.settings.Section;
import drawbridge.settings.SettingsException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whatever the bytes are, they are a value or our own fault. Runs its seeds as a test; with {@code
 * JAZZER_FUZZ=1} in the environment it searches.
 */
final class LayoutFuzzTest {
  private static final Path API = Path.of("api.yaml");
  private static final Layout RECORD = record();
  private static final Layout PROGRAM = program();

  private static Layout copybook(byte[] content, String keys) {
    Section section = Section.parse(API, "x: y\n" + keys);
    return CopybookReader.read(
        Path.of("c.cpy"), content, CopybookSettings.read(section), description(section));
  }

  private static Description description(Section section) {
    return new Description(section, 939, Field.Invalid.FLAG, java.util.Map.of());
  }

  private static Layout record() {
    return copybook(
        """
        01 R.
        05 N PIC 9(2).
        05 T PIC X(6).
        05 L OCCURS 0 TO 20 DEPENDING ON N.
        10 A PIC S9(3) COMP-3.
        10 B PIC S9(4)V99 SIGN LEADING SEPARATE.
        10 C PIC S9(9) COMP-5.
        10 D COMP-2.
        10 E PIC N(2).
        """
            .getBytes(StandardCharsets.UTF_8),
        "format: free");
  }

  private static Layout program() {
    String pcml =
        """
        <pcml><program name="P">
        <struct name="R" usage="output" outputsize="200">
        <data name="OFF" type="int" length="4"/><data name="N" type="int" length="2"/>
        <data name="LEN" type="int" length="2" precision="16"/><data name="PAGE" type="int" length="4"/>
        <data name="S" type="char" length="LEN" outputsize="50" ccsid="PAGE" offset="OFF"/>
        <data name="V" type="varchar" length="20" ccsid="1200"/>
        <data name="W" type="date" dateformat="CYMD"/><data name="X" type="time" timeformat="USA"/>
        <data name="Y" type="timestamp"/><data name="Z" type="int" length="2" count="N" outputsize="40"/>
        </struct></program></pcml>
        """;
    Section section = Section.parse(API, "x: y");
    return PcmlReader.read(
            Path.of("p.pcml"), pcml.getBytes(StandardCharsets.UTF_8), "", description(section))
        .layout();
  }

  @FuzzTest(maxDuration = "60s")
  void bytesOfARecordAreValuesOrAFault(byte[] bytes) {
    try {
      RECORD.decode(bytes);
    } catch (FaultException e) {
      ours(e);
    }
  }

  @FuzzTest(maxDuration = "60s")
  void bytesOfAProgramAreValuesOrAFault(byte[] bytes) {
    try {
      List<byte @Nullable []> outputs = new ArrayList<>();
      outputs.add(Arrays.copyOf(bytes, 200));
      PROGRAM.exchange().decode(outputs);
    } catch (FaultException e) {
      ours(e);
    }
  }

  private static void ours(FaultException e) {
    if (e.fault().code() != Fault.Code.SOURCE_ERROR) {
      throw new IllegalStateException("not the source's fault: " + e.fault());
    }
  }

  @FuzzTest(maxDuration = "60s")
  void pcmlIsReadOrRefused(byte[] bytes) {
    try {
      PcmlReader.read(Path.of("p.pcml"), bytes, "", description(Section.parse(API, "x: y")));
    } catch (SettingsException e) {
      told(e);
    }
  }

  @FuzzTest(maxDuration = "60s")
  void copybooksAreReadOrRefused(byte[] bytes) {
    try {
      copybook(bytes, "comp: packed\ngraphic: 300");
    } catch (SettingsException e) {
      told(e);
    }
  }

  private static void told(SettingsException e) {
    if (e.fix().isEmpty()) {
      throw new IllegalStateException("no fix is told", e);
    }
  }
}
