package drawbridge.relay;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.ProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.channels.Channel;
import java.nio.channels.DatagramChannel;
import java.nio.channels.Pipe;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.AbstractSelector;
import java.nio.channels.spi.SelectorProvider;
import org.jspecify.annotations.Nullable;

/**
 * Turns Nagle's algorithm off in every socket of this process. Microsoft's SDK leaves it on and has
 * no setting for it, so that each small frame that nothing answers costs the next one up to 40 ms.
 * All but that is the JDK's own provider, which a program may only have with {@code --add-exports
 * java.base/sun.nio.ch=ALL-UNNAMED}; without that flag nothing changes.
 */
public final class PromptSockets extends SelectorProvider {
  private static final System.Logger LOG = System.getLogger(PromptSockets.class.getName());
  private static final String PROPERTY = "java.nio.channels.spi.SelectorProvider";
  private static final String DEFAULT = "sun.nio.ch.DefaultSelectorProvider";

  private final SelectorProvider jdk;

  /** Called by the JDK, for which it must be public. */
  public PromptSockets() throws ReflectiveOperationException {
    this.jdk = (SelectorProvider) Class.forName(DEFAULT).getMethod("get").invoke(null);
  }

  /** To be called before the process opens its first channel. False: the flag is missing. */
  public static boolean install() {
    boolean open =
        Object.class.getModule().isExported("sun.nio.ch", PromptSockets.class.getModule());
    if (open) {
      System.setProperty(PROPERTY, PromptSockets.class.getName());
    } else {
      LOG.log(Level.DEBUG, "--add-exports java.base/sun.nio.ch=ALL-UNNAMED is missing");
    }
    return open;
  }

  @Override
  public SocketChannel openSocketChannel() throws IOException {
    return prompt(jdk.openSocketChannel());
  }

  @Override
  public SocketChannel openSocketChannel(ProtocolFamily family) throws IOException {
    SocketChannel channel = jdk.openSocketChannel(family);
    return family.name().equals("UNIX") ? channel : prompt(channel);
  }

  private static SocketChannel prompt(SocketChannel channel) throws IOException {
    channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    return channel;
  }

  @Override
  public DatagramChannel openDatagramChannel() throws IOException {
    return jdk.openDatagramChannel();
  }

  @Override
  public DatagramChannel openDatagramChannel(ProtocolFamily family) throws IOException {
    return jdk.openDatagramChannel(family);
  }

  @Override
  public Pipe openPipe() throws IOException {
    return jdk.openPipe();
  }

  @Override
  public AbstractSelector openSelector() throws IOException {
    return jdk.openSelector();
  }

  @Override
  public ServerSocketChannel openServerSocketChannel() throws IOException {
    return jdk.openServerSocketChannel();
  }

  @Override
  public ServerSocketChannel openServerSocketChannel(ProtocolFamily family) throws IOException {
    return jdk.openServerSocketChannel(family);
  }

  @Override
  public @Nullable Channel inheritedChannel() throws IOException {
    return jdk.inheritedChannel();
  }
}
