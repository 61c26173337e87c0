package drawbridge.ibmi.stub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.ibm.as400.access.AS400;
import com.ibm.as400.access.AS400JDBCDataSource;
import com.ibm.as400.access.AS400SecurityException;
import com.ibm.as400.access.CommandCall;
import com.ibm.as400.access.IFSFile;
import com.ibm.as400.access.SecureAS400;
import drawbridge.certs.SampleLeaf;
import drawbridge.certs.SamplePki;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.sql.Connection;
import java.sql.ResultSet;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.opentest4j.TestAbortedException;

final class TlsTest {
  @TempDir private Path folder;

  /** A server's identity and the trust in it. */
  private static SSLContext context() throws Exception {
    SamplePki pki = new SamplePki();
    SampleLeaf leaf = pki.local("ibmi");
    char[] none = new char[0];
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, none);
    store.setKeyEntry(
        "server", leaf.key(), none, new Certificate[] {leaf.certificate(), leaf.issuer()});
    store.setCertificateEntry("ca", pki.front().certificate());
    KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
    keys.init(store, none);
    TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
    trust.init(store);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
    return context;
  }

  private static HostSettings.Builder local(SSLContext context) {
    return HostSettings.builder().address(InetAddress.getLoopbackAddress()).tls(context);
  }

  @Test
  void everyServerSpeaksTls() throws Exception {
    SSLContext context = context();
    try (HostSystem host =
        local(context).database("jdbc:h2:mem:tls;MODE=DB2").files(folder).start()) {
      host.user("BRIDGE", "secret");
      SecureAS400 system =
          Client.secure(host, host.name(), context.getSocketFactory(), "BRIDGE", "secret");
      assertTrue(new CommandCall(system).run("CHGJOB ACGCDE(X)"));
      assertTrue(new IFSFile(system, "/x").mkdir());
      AS400JDBCDataSource source = new AS400JDBCDataSource(system);
      source.setSecure(true);
      try (Connection connection = source.getConnection();
          ResultSet rows =
              connection.createStatement().executeQuery("select 42 from SYSIBM.SYSDUMMY1")) {
        assertTrue(rows.next());
        assertEquals(42, rows.getInt(1));
      }
      system.disconnectAllServices();
      SecureAS400 untrusting =
          Client.secure(
              host, host.name(), SSLContext.getDefault().getSocketFactory(), "BRIDGE", "secret");
      assertThrows(SSLException.class, () -> untrusting.connectService(AS400.COMMAND));
    }
  }

  @Test
  void aFactorThatIsGoodOnceOpensEveryServer() throws Exception {
    SSLContext context = context();
    try (HostSystem host =
        local(context).version(7, 6).passwordLevel(4).factors(true).files(folder).start()) {
      HostUser user = host.user("BRIDGE", "secret").factorOnce("123456");
      SecureAS400 system =
          new SecureAS400(host.name(), "BRIDGE", "secret".toCharArray(), "123456".toCharArray());
      system.setSSLSocketFactory(context.getSocketFactory());
      Client.prepare(host, system);
      assertTrue(new CommandCall(system).run("CHGJOB ACGCDE(X)"));
      assertTrue(new IFSFile(system, "/y").mkdir());
      system.disconnectService(AS400.COMMAND);
      assertTrue(new CommandCall(system).run("CHGJOB ACGCDE(Y)"));
      assertEquals(1, user.attempts());
      system.disconnectAllServices();
      SecureAS400 without =
          Client.secure(host, host.name(), context.getSocketFactory(), "BRIDGE", "secret");
      assertThrows(AS400SecurityException.class, () -> without.connectService(AS400.COMMAND));
    }
  }

  @Test
  void thePortMapperTellsPorts() throws Exception {
    try (HostSystem host = HostSettings.builder().portMapper(0).start()) {
      assertEquals(host.port(HostService.SIGN_ON), ask(host, "as-signon"));
      assertEquals(host.port(HostService.DATA_QUEUE), ask(host, "as-dtaq"));
      assertEquals(-1, ask(host, "as-signon-s"));
      assertEquals(-1, ask(host, "as-nothing"));
    }
  }

  private static int ask(HostSystem host, String name) throws IOException {
    try (Socket socket = new Socket(host.settings().address(), host.portMapperPort())) {
      socket.getOutputStream().write(name.getBytes(StandardCharsets.US_ASCII));
      byte[] answer = socket.getInputStream().readNBytes(5);
      return answer[0] == '+' ? new Frame(answer).int4(1) : -1;
    }
  }

  @Test
  void theClientFindsTheServersByThePortMapper() throws Exception {
    try (HostSystem host = onPort449()) {
      host.user("BRIDGE", "secret");
      AS400 system = new AS400(host.name(), "BRIDGE", "secret".toCharArray());
      system.setGuiAvailable(false);
      assertTrue(new CommandCall(system).run("CHGJOB ACGCDE(X)"));
      system.disconnectAllServices();
    }
  }

  private static HostSystem onPort449() throws IOException {
    try {
      return HostSettings.builder().portMapper(449).start();
    } catch (SocketException e) {
      throw new TestAbortedException("port 449 may not be opened by this user: " + e.getMessage());
    }
  }
}
