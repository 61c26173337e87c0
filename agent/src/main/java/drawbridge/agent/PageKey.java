package drawbridge.agent;

import static java.nio.charset.StandardCharsets.UTF_8;

import drawbridge.adapters.Fault;
import drawbridge.adapters.FaultException;
import drawbridge.adapters.Request;
import drawbridge.settings.SettingsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * The key that the agents of a site share: with it they read each other's page tokens, and hash a
 * masked value to the same text. Tokens are AES-256-GCM, bound to caller and operation; the two
 * uses have keys of their own, derived from the file's. Thread-safe.
 */
public final class PageKey {
  private static final int BYTES = 32;
  private static final int NONCE = 12;
  private static final int TAG_BITS = 128;
  private static final SecureRandom RANDOM = new SecureRandom();

  private final SecretKeySpec pages;
  private final SecretKeySpec hashes;

  private PageKey(byte[] secret) {
    this.pages = new SecretKeySpec(derive(secret, "drawbridge pages 1"), "AES");
    this.hashes = new SecretKeySpec(derive(secret, "drawbridge hashes 1"), "HmacSHA256");
  }

  /**
   * Reads 64 hex digits, as {@code openssl rand -hex 32} writes them.
   *
   * @throws SettingsException where the file holds something else
   */
  public static PageKey read(Path file) {
    try {
      byte[] secret = HexFormat.of().parseHex(Files.readString(file).strip());
      if (secret.length == BYTES) {
        return new PageKey(secret);
      }
    } catch (IOException | IllegalArgumentException e) {
      // said below, without the content
    }
    throw new SettingsException(
        file, 0, "", "is not a key of 64 hex digits", "make one with: openssl rand -hex 32");
  }

  /** One that no other agent has, and that ends with the program. */
  public static PageKey random() {
    byte[] secret = new byte[BYTES];
    RANDOM.nextBytes(secret);
    return new PageKey(secret);
  }

  private static byte[] derive(byte[] secret, String use) {
    return hmac(new SecretKeySpec(secret, "HmacSHA256"), use.getBytes(UTF_8));
  }

  private static byte[] hmac(SecretKeySpec key, byte[] value) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(key);
      return mac.doFinal(value);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has HMAC-SHA256", e);
    }
  }

  /**
   * For the tokens of one caller and operation.
   *
   * @param caller whatever tells callers apart
   */
  Request.PageSeal seal(String caller, String operation) {
    byte[] bound = (operation + "\n" + caller).getBytes(UTF_8);
    return new Request.PageSeal() {
      @Override
      public String seal(byte[] position) {
        byte[] nonce = new byte[NONCE];
        RANDOM.nextBytes(nonce);
        try {
          byte[] sealed = cipher(Cipher.ENCRYPT_MODE, nonce, bound).doFinal(position);
          byte[] token = Arrays.copyOf(nonce, NONCE + sealed.length);
          System.arraycopy(sealed, 0, token, NONCE, sealed.length);
          return Base64.getUrlEncoder().withoutPadding().encodeToString(token);
        } catch (GeneralSecurityException e) {
          throw new IllegalStateException("every Java has AES-GCM", e);
        }
      }

      @Override
      public byte[] open(String token) throws FaultException {
        try {
          byte[] bytes = Base64.getUrlDecoder().decode(token);
          if (bytes.length > NONCE) {
            byte[] nonce = Arrays.copyOf(bytes, NONCE);
            return cipher(Cipher.DECRYPT_MODE, nonce, bound)
                .doFinal(bytes, NONCE, bytes.length - NONCE);
          }
        } catch (IllegalArgumentException | AEADBadTagException e) {
          // said below
        } catch (GeneralSecurityException e) {
          throw new IllegalStateException("every Java has AES-GCM", e);
        }
        throw Fault.argument("page", "There is no such page: begin with the first one.").thrown();
      }

      @Override
      public String hash(byte[] value) {
        return HexFormat.of().formatHex(hmac(hashes, value), 0, 16);
      }
    };
  }

  private Cipher cipher(int mode, byte[] nonce, byte[] bound) throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(mode, pages, new GCMParameterSpec(TAG_BITS, nonce));
    cipher.updateAAD(bound);
    return cipher;
  }

  @Override
  public String toString() {
    return "a page key";
  }
}
