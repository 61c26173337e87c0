package drawbridge.settings;

import java.io.Console;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What a program must know before it can begin: given by flags, or asked for where somebody sits at
 * a terminal. Without one nothing is asked, and all that is missing is named at once. Not
 * thread-safe.
 */
public final class Answers {
  /** After so many answers that are none, it is told as missing. */
  private static final int TRIES = 5;

  /** Whoever is asked. */
  public interface Asked {
    /** A line; null: there is no more. */
    @Nullable String line(String prompt);

    /** The same, without showing what is typed. */
    @Nullable String hidden(String prompt);
  }

  /**
   * A rule for answers.
   *
   * @param said how an answer must look, for whoever gave another
   */
  public record Rule(Predicate<String> holds, String said) {
    /** Sites, agents, gateways. */
    public static final Rule NAME =
        new Rule(text -> text.matches("[a-z0-9-]{1,40}"), "1 to 40 of a-z, 0-9 and -");

    /** Nothing that would end a value in a file of settings. */
    public static final Rule PLAIN =
        new Rule(
            text -> text.matches("[^\\p{Cntrl}\"\\\\]{1,400}"),
            "up to 400 characters without quotes and backslashes");

    public static final Rule HOST =
        new Rule(text -> text.matches("[A-Za-z0-9.-]{1,253}(:\\d{1,5})?"), "HOST or HOST:PORT");
  }

  private final Optional<Asked> asked;
  private final List<String> wrong = new ArrayList<>();

  public Answers(Optional<Asked> asked) {
    this.asked = asked;
  }

  /** Asks whoever started the program, if that is somebody. */
  // It does return null where the runtime was cut to fewer modules, as in packages.
  @SuppressWarnings("SystemConsoleNull")
  public static Answers atTerminal() {
    Console console = System.console();
    return new Answers(
        console == null || !console.isTerminal()
            ? Optional.empty()
            : Optional.of(
                new Asked() {
                  @Override
                  public @Nullable String line(String prompt) {
                    return console.readLine("%s", prompt);
                  }

                  @Override
                  public @Nullable String hidden(String prompt) {
                    char[] typed = console.readPassword("%s", prompt);
                    return typed == null ? null : new String(typed);
                  }
                }));
  }

  public boolean terminal() {
    return asked.isPresent();
  }

  /**
   * What must be known.
   *
   * @param flag that gives it
   * @param example offered to whoever is asked, who takes it with an empty line; never taken
   *     without asking
   */
  public String needed(
      String flag, @Nullable String given, String question, String example, Rule rule) {
    if (given != null) {
      return checked(flag, given, rule);
    }
    for (int i = 0; asked.isPresent() && i < TRIES; i++) {
      String line =
          asked.get().line(question + (example.isEmpty() ? "" : " [" + example + "]") + ": ");
      if (line == null) {
        break;
      }
      String answer = line.isBlank() ? example : line.strip();
      if (rule.holds().test(answer)) {
        return answer;
      }
      question = "Please write " + rule.said();
    }
    wrong.add(flag + " is missing: " + question);
    return "";
  }

  /** What has a value of its own where nothing is said; asked for at a terminal. */
  public String usual(
      String flag, @Nullable String given, String question, String value, Rule rule) {
    return given == null && asked.isEmpty() ? value : needed(flag, given, question, value, rule);
  }

  /** What may be left out: empty then. Asked for at a terminal. */
  public String optional(String flag, @Nullable String given, String question, Rule rule) {
    if (given != null) {
      return checked(flag, given, rule);
    }
    if (asked.isEmpty()) {
      return "";
    }
    String line = asked.get().line(question + " (may be left empty): ");
    return line == null || line.isBlank() ? "" : checked(flag, line.strip(), rule);
  }

  /** A secret, typed unseen; empty: nobody to ask, or none given. */
  public Secret secret(String question) {
    String typed = asked.isEmpty() ? null : asked.get().hidden(question + " (not shown): ");
    return new Secret(typed == null ? "" : typed.strip());
  }

  /** The content of a file of a secret, to be copied. */
  public Secret secret(String flag, Path file) {
    try {
      return new Secret(Files.readString(file));
    } catch (IOException e) {
      wrong.add(flag + ": " + file + " cannot be read");
      return new Secret("");
    }
  }

  private String checked(String flag, String answer, Rule rule) {
    if (!rule.holds().test(answer)) {
      wrong.add(flag + ": “" + answer + "” is not " + rule.said());
    }
    return answer;
  }

  /** A mistake that the caller found. */
  public void wrong(String what) {
    wrong.add(what);
  }

  /** All that is missing or wrong, a sentence each; empty: the program can begin. */
  public List<String> mistakes() {
    return List.copyOf(wrong);
  }
}
