package drawbridge.relay;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.Security;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Root certificates that the machine's administrators keep outside Java: on Windows the store where
 * group policy puts the CA of an inspecting proxy. Elsewhere there is none.
 */
final class SystemStore {
  private static final String WINDOWS = "Windows-ROOT";

  private SystemStore() {}

  static List<X509Certificate> certificates() {
    if (Security.getAlgorithms("KeyStore").stream().noneMatch(WINDOWS::equalsIgnoreCase)) {
      return List.of();
    }
    try {
      KeyStore store = KeyStore.getInstance(WINDOWS);
      store.load(null, null);
      List<X509Certificate> all = new ArrayList<>();
      for (String alias : Collections.list(store.aliases())) {
        if (store.getCertificate(alias) instanceof X509Certificate certificate) {
          all.add(certificate);
        }
      }
      return List.copyOf(all);
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException(
          "the root certificates of Windows cannot be read: " + e.getMessage(), e);
    }
  }
}
