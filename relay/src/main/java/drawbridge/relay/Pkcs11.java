package drawbridge.relay;

import drawbridge.relay.IdentityException.Field;
import drawbridge.settings.Section;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.InvalidParameterException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.ProviderException;
import java.security.Security;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Key and certificate in a token that speaks PKCS #11: a hardware security module, or SoftHSM. The
 * key is used there and never leaves. P-256 and RSA: the JDK's way to tokens knows no Ed25519.
 *
 * @param module the token's library
 * @param slot the number of its slot; empty: the first
 * @param label of key and certificate; empty: the only key that has a certificate
 * @param pin file with the user's PIN
 */
record Pkcs11(Path module, Optional<Integer> slot, Optional<String> label, Path pin) {
  /** A library is loaded and a slot opened once in a process. */
  private static final Map<String, Provider> PROVIDERS = new ConcurrentHashMap<>();

  /** What is in the token. */
  record Content(ByteBuffer certificate, String label, OwnKey key) {}

  static Pkcs11 read(Section section) {
    Pkcs11 token =
        new Pkcs11(
            section.existing("module"),
            section.has("slot")
                ? Optional.of(section.integer("slot", 0, Integer.MAX_VALUE))
                : Optional.empty(),
            section.optionalText("label"),
            section.existing("pin-file"));
    section.done();
    return token;
  }

  /** Looks into the token. */
  Content content() throws IdentityException {
    KeyStore store = open();
    List<String> found = new ArrayList<>();
    try {
      for (String alias : Collections.list(store.aliases())) {
        if (!store.isKeyEntry(alias)) {
          continue;
        }
        found.add(alias);
        if (label.isPresent() && !label.get().equals(alias)) {
          continue;
        }
        X509Certificate certificate = (X509Certificate) store.getCertificate(alias);
        Optional<KeyKind> kind = KeyKind.of(certificate.getPublicKey());
        if (kind.isPresent() && store.getKey(alias, null) instanceof PrivateKey key) {
          return new Content(
              Pkcs12.chain(store, alias), alias, new OwnKey(key, kind.get(), store.getProvider()));
        }
      }
    } catch (GeneralSecurityException e) {
      throw wrong("the token cannot be read", "look into the log of the module", e);
    }
    throw wrong(
        "no P-256 or RSA key with a certificate "
            + label.map(text -> "of the label “" + text + "” ").orElse("")
            + "is in the token, but "
            + found,
        "put the certificate there too, with the key's own id and label",
        null);
  }

  private KeyStore open() throws IdentityException {
    char[] secret;
    try {
      secret = Files.readString(pin, StandardCharsets.UTF_8).stripTrailing().toCharArray();
    } catch (IOException e) {
      throw wrong(pin + " cannot be read", "give this program's user the right to read it", e);
    }
    try {
      KeyStore store = KeyStore.getInstance("PKCS11", provider());
      store.load(null, secret);
      return store;
    } catch (IOException e) {
      throw wrong("the token does not take the PIN", "check pin-file and slot", e);
    } catch (GeneralSecurityException | ProviderException | InvalidParameterException e) {
      throw wrong(
          "the module or its slot cannot be used (" + e.getMessage() + ")",
          "check module and slot, and that this program's user may use the token",
          e);
    }
  }

  Provider provider() {
    String where = slot.map(number -> "slot = " + number).orElse("slotListIndex = 0");
    return PROVIDERS.computeIfAbsent(
        module + " " + where,
        key -> {
          Provider made = Security.getProvider("SunPKCS11");
          if (made == null) {
            throw new ProviderException("this Java has no module jdk.crypto.cryptoki");
          }
          return made.configure(
              "--name = drawbridge%d\nlibrary = %s\n%s\n"
                  .formatted(PROVIDERS.size(), module, where));
        });
  }

  private static IdentityException wrong(String problem, String fix, @Nullable Exception cause) {
    return new IdentityException(Field.CERTIFICATE, problem, fix, cause);
  }
}
