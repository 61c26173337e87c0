package drawbridge.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import drawbridge.certs.SamplePki;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.Key;
import java.security.KeyStoreSpi;
import java.security.Provider;
import java.security.Security;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Collections;
import java.util.Date;
import java.util.Enumeration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/** With a provider that offers what Windows' own does; on Windows itself it was not run. */
@Isolated("adds a provider to the process")
final class SystemStoreTest {
  private static final SamplePki PKI = new SamplePki();

  /** A store of one root certificate, under the name that Windows' has. */
  public static final class Roots extends KeyStoreSpi {
    @Override
    public @Nullable Key engineGetKey(String alias, char[] password) {
      return null;
    }

    @Override
    public Certificate @Nullable [] engineGetCertificateChain(String alias) {
      return null;
    }

    @Override
    public Certificate engineGetCertificate(String alias) {
      return PKI.front().certificate();
    }

    @Override
    public @Nullable Date engineGetCreationDate(String alias) {
      return null;
    }

    @Override
    public void engineSetKeyEntry(String a, Key k, char[] p, Certificate[] c) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void engineSetKeyEntry(String a, byte[] k, Certificate[] c) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void engineSetCertificateEntry(String alias, Certificate certificate) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void engineDeleteEntry(String alias) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Enumeration<String> engineAliases() {
      return Collections.enumeration(List.of("group policy's"));
    }

    @Override
    public boolean engineContainsAlias(String alias) {
      return true;
    }

    @Override
    public int engineSize() {
      return 1;
    }

    @Override
    public boolean engineIsKeyEntry(String alias) {
      return false;
    }

    @Override
    public boolean engineIsCertificateEntry(String alias) {
      return true;
    }

    @Override
    public @Nullable String engineGetCertificateAlias(Certificate certificate) {
      return null;
    }

    @Override
    public void engineStore(OutputStream stream, char[] password) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void engineLoad(@Nullable InputStream stream, char @Nullable [] password) {}
  }

  @Test
  void theRootsOfWindowsAreTrustedWhereThereAreSome() throws Exception {
    X509Certificate[] chain = {PKI.local("x").certificate()};
    assertEquals(List.of(), SystemStore.certificates());
    assertThrows(
        CertificateException.class,
        () -> NetworkSettings.DIRECT.trustManager().checkServerTrusted(chain, "ECDHE_ECDSA"));
    Provider windows = new Provider("Test-MSCAPI", "1", "as Windows has it") {};
    windows.put("KeyStore.Windows-ROOT", Roots.class.getName());
    Security.addProvider(windows);
    try {
      assertEquals(List.of(PKI.front().certificate()), SystemStore.certificates());
      NetworkSettings.DIRECT.trustManager().checkServerTrusted(chain, "ECDHE_ECDSA");
      assertTrue(NetworkSettings.DIRECT.context().isPresent(), "Java's own would not know them");
    } finally {
      Security.removeProvider(windows.getName());
    }
  }
}
