package drawbridge.audit;

import static java.nio.charset.StandardCharsets.UTF_8;

import drawbridge.settings.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The keys under which values are hashed: files {@code ID.key} in a folder of their own, apart from
 * the log and from the key that signs it. Thread-safe. The newest one is used; when it is old, or
 * its file is gone, another is made. Whoever has the key can tell whether a record's value is the
 * one that they think of; once its file is destroyed, nobody can.
 */
public final class ValueKeys {
  private static final String ALGORITHM = "HmacSHA256";
  private static final int KEY_BYTES = 32;
  private static final int HASH_BYTES = 16;
  private static final String SUFFIX = ".key";
  private static final Duration LOOK = Duration.ofSeconds(10);

  /** A call waits so long for a look at the folder; a key that is found later counts then. */
  private static final Duration PATIENCE = Duration.ofMillis(250);

  private static final DateTimeFormatter ID =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss").withZone(ZoneOffset.UTC);
  private static final SecureRandom RANDOM = new SecureRandom();

  private final Path folder;
  private final Duration rotation;
  private final InstantSource clock;
  private final TreeMap<String, SecretKeySpec> keys = new TreeMap<>();
  private volatile Current current =
      new Current("", keyed(new SecretKeySpec(new byte[1], ALGORITHM)));
  private volatile Instant looked = Instant.MIN;
  private final AtomicBoolean looking = new AtomicBoolean();

  /**
   * The key that values are hashed with by now.
   *
   * @param keyed is cloned for each value: to look an algorithm up takes longer than to hash
   */
  private record Current(String id, Mac keyed) {
    @Override
    public String toString() {
      return id;
    }
  }

  private ValueKeys(Path folder, Duration rotation, InstantSource clock) {
    this.folder = folder;
    this.rotation = rotation;
    this.clock = clock;
  }

  /**
   * For a program that writes records: makes the folder and a first key where there is none.
   *
   * @param rotation age at which a key is followed by another
   * @throws IOException where that cannot be done
   */
  public static ValueKeys open(Path folder, Duration rotation, InstantSource clock)
      throws IOException {
    Disk.ownFolder(folder);
    ValueKeys keys = new ValueKeys(folder, rotation, clock);
    keys.look();
    return keys;
  }

  /** For whoever searches: the keys that are there. */
  public static ValueKeys read(Path folder) throws IOException {
    ValueKeys keys = new ValueKeys(folder, Duration.ZERO, InstantSource.system());
    keys.load();
    return keys;
  }

  /** For whoever has none: only values in clear are found. */
  public static ValueKeys none() {
    return new ValueKeys(Path.of(""), Duration.ZERO, InstantSource.system());
  }

  /** Hashes of one call: the same key for all of them. A disk that hangs does not hold it up. */
  public Hashes hashes() {
    if (Duration.between(looked, clock.instant()).compareTo(LOOK) > 0
        && looking.compareAndSet(false, true)) {
      Thread look = Thread.ofPlatform().name("audit-values").daemon().start(this::lookAgain);
      try {
        var _ = look.join(PATIENCE);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    return new Hashes(current);
  }

  private void lookAgain() {
    try {
      look();
    } catch (IOException e) {
      // The key in memory does; the folder is looked at again soon.
      looked = clock.instant();
    } finally {
      looking.set(false);
    }
  }

  /** What a value would be under each key that there is. */
  List<String> hashes(String name, String value) {
    List<String> all = new ArrayList<>();
    synchronized (this) {
      keys.forEach((id, key) -> all.add(hash(keyed(key), name, value)));
    }
    return all;
  }

  private synchronized void look() throws IOException {
    looked = clock.instant();
    load();
    String newest = keys.isEmpty() ? "" : keys.lastKey();
    boolean old =
        newest.isEmpty() || newest.compareTo(ID.format(clock.instant().minus(rotation))) < 0;
    if (old) {
      newest = make();
      load();
    }
    current = new Current(newest, keyed(java.util.Objects.requireNonNull(keys.get(newest))));
  }

  private String make() throws IOException {
    byte[] secret = new byte[KEY_BYTES];
    byte[] more = new byte[2];
    RANDOM.nextBytes(secret);
    RANDOM.nextBytes(more);
    String id = ID.format(clock.instant()) + "-" + HexFormat.of().formatHex(more);
    try (FileChannel channel = Segment.create(folder.resolve(id + SUFFIX))) {
      channel.write(
          ByteBuffer.wrap((Base64.getEncoder().encodeToString(secret) + "\n").getBytes(UTF_8)));
      channel.force(true);
    }
    Segment.forceFolder(folder);
    return id;
  }

  private synchronized void load() throws IOException {
    keys.clear();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        String name = file.getFileName().toString();
        if (name.endsWith(SUFFIX)) {
          try {
            byte[] secret = Base64.getDecoder().decode(Files.readString(file).strip());
            keys.put(
                name.substring(0, name.length() - SUFFIX.length()),
                new SecretKeySpec(secret, ALGORITHM));
          } catch (IllegalArgumentException e) {
            throw new IOException(file + " is no key for values", e);
          }
        }
      }
    }
  }

  private static Mac keyed(SecretKeySpec key) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM, "SunJCE"); // which can be cloned
      mac.init(key);
      return mac;
    } catch (GeneralSecurityException e) {
      throw new AssertionError("every JDK has " + ALGORITHM, e);
    }
  }

  /** HMAC-SHA-256 over name, zero byte, value; its first 128 bits in base64url. */
  private static String hash(Mac keyed, String name, String value) {
    try {
      Mac mac = (Mac) keyed.clone();
      mac.update((name + "\0" + value).getBytes(UTF_8));
      return Base64.getUrlEncoder()
          .withoutPadding()
          .encodeToString(Arrays.copyOf(mac.doFinal(), HASH_BYTES));
    } catch (CloneNotSupportedException e) {
      throw new AssertionError(e);
    }
  }

  /** Hashes values under one key. Immutable. */
  public static final class Hashes {
    private final Current current;

    private Hashes(Current current) {
      this.current = current;
    }

    /** Its id, for the record. */
    public String key() {
      return current.id();
    }

    /** A value that only its hash stands for. */
    public Recorded hashed(String name, String value) {
      return new Recorded(name, Recorded.Form.HASH, hash(current.keyed(), name, value));
    }
  }
}
