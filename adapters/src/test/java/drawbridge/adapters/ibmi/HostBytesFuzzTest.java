package drawbridge.adapters.ibmi;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.nio.charset.Charset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Bytes that a host answers with beside records and programs: whatever they are, they mean
 * something or are refused. Runs its seeds as a test; with {@code JAZZER_FUZZ=1} in the environment
 * it searches.
 */
final class HostBytesFuzzTest {
  private static final Charset EBCDIC = Charset.forName("IBM037");

  private static void expect(boolean good) {
    if (!good) {
      throw new IllegalStateException("a value that is none");
    }
  }

  @FuzzTest(maxDuration = "60s")
  void aJobDescriptionNamesLibrariesOrIsRefused(byte[] description) {
    String code = JobState.accountingCode(description);
    expect(code.length() <= 15 && code.chars().noneMatch(Character::isISOControl));
    List<String> libraries;
    try {
      libraries = JobState.libraries(description);
    } catch (HostConnector.NotReady e) {
      return;
    } catch (IOException e) {
      throw new IllegalStateException("nothing is read", e);
    }
    expect(libraries.size() <= 250);
    // They become part of a command.
    libraries.forEach(name -> expect(name.matches("[A-Z#@$][A-Z0-9#@$_.]{0,9}")));
  }

  @FuzzTest(maxDuration = "60s")
  void aUserHasSpecialAuthoritiesOrNone(byte[] user) {
    HostCheck.special(user).forEach(name -> expect(name.startsWith("*")));
  }

  @FuzzTest(maxDuration = "60s")
  void aSenderIsAJobOrNobody(byte[] bytes) {
    Map<String, @Nullable Object> row = new HashMap<>();
    QueueWork.sender(new String(bytes, EBCDIC), row);
    expect(row.keySet().equals(java.util.Set.of("job", "user")));
  }

  @FuzzTest(maxDuration = "60s")
  void aMessageIsALineOfText(byte[] bytes) {
    String line = ChosenMessages.plain(new String(bytes, EBCDIC));
    expect(line.length() <= 200 && line.chars().noneMatch(c -> c < 0x20 || c == 0x7f));
  }
}
