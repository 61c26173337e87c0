package drawbridge.adapters.ibmi.layout;

import com.ibm.as400.access.CharConverter;
import java.io.UnsupportedEncodingException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The characters of one CCSID, strictly: nothing is replaced by something else. JTOpen's tables
 * know every CCSID of the host, but put a substitute where a character is missing, so what comes
 * back from them is compared. Immutable, thread-safe.
 */
public final class HostText {
  /** Bytes that are no characters. */
  public static final int BYTES = 65535;

  private static final char NONE = '\uffff';
  private static final Map<Integer, Optional<HostText>> KNOWN = new ConcurrentHashMap<>();

  private final int ccsid;
  private final byte[] blank;
  private final @Nullable Charset unicode;
  private final @Nullable CharConverter tables;

  /** For CCSIDs of one byte a character: byte to character, and back by character. */
  private final char @Nullable [] characters;

  private final short @Nullable [] bytes;

  private HostText(int ccsid, @Nullable Charset unicode, @Nullable CharConverter tables) {
    this.ccsid = ccsid;
    this.unicode = unicode;
    this.tables = tables;
    this.characters = tables == null ? null : singles(tables);
    this.bytes = characters == null ? null : inverse(characters);
    byte[] space = encode(" ");
    byte[] wide = space == null ? encode("\u3000") : space;
    this.blank = wide == null ? new byte[] {0x40} : wide;
  }

  /** Empty: there is no such CCSID, or it is none of characters. */
  public static Optional<HostText> of(int ccsid) {
    return KNOWN.computeIfAbsent(ccsid, HostText::open);
  }

  private static Optional<HostText> open(int ccsid) {
    return switch (ccsid) {
      case 1208 -> Optional.of(new HostText(ccsid, StandardCharsets.UTF_8, null));
      case 1200, 13488 -> Optional.of(new HostText(ccsid, StandardCharsets.UTF_16BE, null));
      case 0, 65534, BYTES -> Optional.empty();
      default -> {
        if (ccsid < 0 || ccsid > BYTES) {
          yield Optional.empty();
        }
        try {
          yield Optional.of(new HostText(ccsid, null, new CharConverter(ccsid)));
        } catch (UnsupportedEncodingException | RuntimeException e) {
          yield Optional.empty();
        }
      }
    };
  }

  private static char @Nullable [] singles(CharConverter tables) {
    char[] characters = new char[256];
    for (int i = 0; i < 256; i++) {
      byte[] one = {(byte) i};
      String text;
      try {
        text = tables.byteArrayToString(one);
      } catch (RuntimeException e) {
        return null;
      }
      if (text.length() != 1) {
        return null;
      }
      boolean itself = Arrays.equals(tables.stringToByteArray(text), one);
      if (!itself && text.charAt(0) != '\u001a' && text.charAt(0) != '\ufffd') {
        return null;
      }
      characters[i] = itself ? text.charAt(0) : NONE;
    }
    return characters;
  }

  private static short[] inverse(char[] characters) {
    short[] bytes = new short[1 << 16];
    Arrays.fill(bytes, (short) -1);
    for (int i = 0; i < characters.length; i++) {
      if (characters[i] != NONE) {
        bytes[characters[i]] = (short) i;
      }
    }
    return bytes;
  }

  public int ccsid() {
    return ccsid;
  }

  /** What a field is filled with: one byte, or two where every character has two. */
  public byte[] blank() {
    return blank.clone();
  }

  /** The bytes of one character are two, always. */
  boolean pairs() {
    return blank.length == 2;
  }

  /** Null: the CCSID lacks a character of the text. */
  public byte @Nullable [] encode(String text) {
    if (bytes != null) {
      return encodeSingle(bytes, text);
    }
    if (unicode != null) {
      if (ccsid == 13488 && text.chars().anyMatch(c -> Character.isSurrogate((char) c))) {
        return null;
      }
      try {
        ByteBuffer encoded = unicode.newEncoder().encode(CharBuffer.wrap(text));
        byte[] found = new byte[encoded.remaining()];
        encoded.get(found);
        return found;
      } catch (CharacterCodingException e) {
        return null;
      }
    }
    // The shifts between one and two bytes a character are made here, not by a caller.
    if (text.indexOf('\u000e') >= 0 || text.indexOf('\u000f') >= 0) {
      return null;
    }
    if (tables == null) {
      return null;
    }
    byte[] encoded = tables.stringToByteArray(text);
    return text.equals(tables.byteArrayToString(encoded)) ? encoded : null;
  }

  private static byte @Nullable [] encodeSingle(short[] bytes, String text) {
    byte[] encoded = new byte[text.length()];
    for (int i = 0; i < encoded.length; i++) {
      short b = bytes[text.charAt(i)];
      if (b < 0) {
        return null;
      }
      encoded[i] = (byte) b;
    }
    return encoded;
  }

  /** Null: these bytes are no text of the CCSID. */
  public @Nullable String decode(byte[] data, int from, int length) {
    if (characters != null) {
      char[] text = new char[length];
      for (int i = 0; i < length; i++) {
        text[i] = characters[data[from + i] & 0xff];
        if (text[i] == NONE) {
          return null;
        }
      }
      return new String(text);
    }
    if (unicode != null) {
      try {
        return unicode.newDecoder().decode(ByteBuffer.wrap(data, from, length)).toString();
      } catch (CharacterCodingException e) {
        return null;
      }
    }
    if (tables == null || (pairs() && length % 2 != 0)) {
      return null;
    }
    String text;
    try {
      text = tables.byteArrayToString(data, from, length);
    } catch (RuntimeException e) {
      return null;
    }
    // A shift that is not answered, or a pair without a character.
    return text.indexOf('\ufffd') >= 0
            || text.indexOf('\u001a') >= 0
            || text.indexOf('\u000e') >= 0
            || text.indexOf('\u000f') >= 0
        ? null
        : text;
  }
}
