package drawbridge.ibmi.stub;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Users, profile tokens, and the decision over each attempt to sign on. Thread-safe. */
final class Accounts {
  static final int OK = 0;
  static final int REQUEST_NOT_VALID = 0x0001_0003;
  static final int SUBSTITUTE_NOT_VALID = 0x0001_0008;
  static final int USER_UNKNOWN = 0x0002_0001;
  static final int USER_DISABLED = 0x0002_0002;
  static final int PASSWORD_WRONG = 0x0003_000B;
  static final int PASSWORD_WRONG_NEXT_DISABLES = 0x0003_000C;
  static final int PASSWORD_EXPIRED = 0x0003_000D;
  static final int TOKEN_NOT_VALID = 0x0006_0001;

  private static final int SCHEME_TOKEN = 2;

  private static final int USER = 0x1104;
  private static final int SUBSTITUTE = 0x1105;
  private static final int TOKEN = 0x1115;
  private static final int FACTOR = 0x112F;

  private final SecureRandom random = new SecureRandom();
  private final Map<String, HostUser> users = new ConcurrentHashMap<>();
  private final Map<String, Token> tokens = new ConcurrentHashMap<>();
  private final int level;
  private final int mostFailures;

  /** A profile token; one that is good for a single use goes with it. */
  private record Token(String user, boolean once, long endsAt) {}

  Accounts(int level, int mostFailures) {
    this.level = level;
    this.mostFailures = mostFailures;
  }

  int level() {
    return level;
  }

  int mostFailures() {
    return mostFailures;
  }

  HostUser add(String name, String password) {
    HostUser user = new HostUser(name, password);
    users.put(user.name(), user);
    return user;
  }

  Optional<HostUser> find(String name) {
    return Optional.ofNullable(users.get(name.toUpperCase(Locale.ROOT)));
  }

  byte[] seed() {
    byte[] seed = new byte[8];
    random.nextBytes(seed);
    // Neither zero nor so large that a sequence number added to it overflows.
    seed[0] = (byte) (seed[0] & 0x5F | 1);
    return seed;
  }

  byte[] random(int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  /** The outcome of an attempt: 0 and a user, or the code that the client gets. */
  record Outcome(int code, String user) {
    boolean ok() {
      return code == OK;
    }
  }

  private static Outcome refused(int code) {
    return new Outcome(code, "");
  }

  /** Decides on the fields of a sign-on, of a start of a server, of a request for a token. */
  Outcome decide(Frame frame, int scheme, byte[] clientSeed, byte[] serverSeed)
      throws Frame.BadFrame, GeneralSecurityException {
    if (scheme == SCHEME_TOKEN && frame.find(TOKEN) >= 0) {
      return token(frame.required(TOKEN));
    }
    Optional<byte[]> substitute = frame.field(SUBSTITUTE);
    Optional<byte[]> name = frame.field(USER);
    if (substitute.isEmpty() || name.isEmpty()) {
      return refused(REQUEST_NOT_VALID);
    }
    HostUser user = users.get(new String(name.get(), Ebcdic.CCSID_37).strip());
    if (user == null) {
      return refused(USER_UNKNOWN);
    }
    if (!user.enabled()) {
      user.turnedAway();
      return refused(USER_DISABLED);
    }
    if (substitute.get().length != Passwords.length(level)) {
      user.turnedAway();
      return refused(SUBSTITUTE_NOT_VALID);
    }
    byte[] expected =
        Passwords.substitute(level, user.name(), user.password(), clientSeed, serverSeed);
    if (!MessageDigest.isEqual(substitute.get(), expected) || !user.takesFactor(factor(frame))) {
      int failures = user.refused(mostFailures);
      return refused(
          failures >= mostFailures
              ? USER_DISABLED
              : failures == mostFailures - 1 ? PASSWORD_WRONG_NEXT_DISABLES : PASSWORD_WRONG);
    }
    if (user.expired()) {
      user.turnedAway();
      return refused(PASSWORD_EXPIRED);
    }
    user.accepted();
    return new Outcome(OK, user.name());
  }

  private static @org.jspecify.annotations.Nullable String factor(Frame frame)
      throws Frame.BadFrame {
    byte[] field = frame.field(FACTOR).orElse(null);
    return field == null || field.length < 4
        ? null
        : new String(field, 4, field.length - 4, StandardCharsets.UTF_8);
  }

  /**
   * @param type 1 single use, 2 multiple use, 3 multiple use and renewable
   */
  byte[] newToken(String user, int type, int seconds) {
    byte[] token = random(32);
    tokens.values().removeIf(t -> t.endsAt - System.nanoTime() < 0);
    tokens.put(
        HexFormat.of().formatHex(token),
        new Token(user, type == 1, System.nanoTime() + seconds * 1_000_000_000L));
    return token;
  }

  void forgetTokens() {
    tokens.clear();
  }

  private Outcome token(byte[] bytes) {
    String key = HexFormat.of().formatHex(bytes);
    Token token = tokens.get(key);
    if (token == null || token.endsAt - System.nanoTime() < 0) {
      return refused(TOKEN_NOT_VALID);
    }
    if (token.once && tokens.remove(key) == null) {
      return refused(TOKEN_NOT_VALID);
    }
    HostUser user = users.get(token.user);
    if (user == null || !user.enabled()) {
      return refused(USER_DISABLED);
    }
    return new Outcome(OK, user.name());
  }
}
