package drawbridge.ibmi.stub;

import com.ibm.as400.access.AS400;
import com.ibm.as400.access.SecureAS400;
import java.util.Map;
import javax.net.ssl.SSLSocketFactory;

/** Unmodified JTOpen, told where the servers of a simulated host listen. */
final class Client {
  private static final Map<HostService, Integer> SERVICES =
      Map.of(
          HostService.CENTRAL, AS400.CENTRAL,
          HostService.FILE, AS400.FILE,
          HostService.DATABASE, AS400.DATABASE,
          HostService.DATA_QUEUE, AS400.DATAQUEUE,
          HostService.COMMAND, AS400.COMMAND,
          HostService.SIGN_ON, AS400.SIGNON);

  private Client() {}

  static AS400 plain(HostSystem host, String user, String password) throws Exception {
    AS400 system = new AS400(host.name(), user, password.toCharArray());
    prepare(host, system);
    return system;
  }

  static void prepare(HostSystem host, AS400 system) throws Exception {
    system.setGuiAvailable(false);
    boolean tls = system instanceof SecureAS400;
    SERVICES.forEach(
        (service, number) ->
            system.setServicePort(number, tls ? host.tlsPort(service) : host.port(service)));
    if (tls && host.listens(HostService.HOST_CONNECTION, true)) {
      system.setServicePort(AS400.HOSTCNN, host.tlsPort(HostService.HOST_CONNECTION));
    }
  }

  static SecureAS400 secure(
      HostSystem host, String name, SSLSocketFactory factory, String user, String password)
      throws Exception {
    SecureAS400 system = new SecureAS400(name, user, password.toCharArray());
    system.setSSLSocketFactory(factory);
    prepare(host, system);
    return system;
  }
}
