package drawbridge.relay;

import drawbridge.relay.IdentityException.Field;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The bytes of an identity's files, to be read and then forgotten: {@link #digest} tells whether
 * anything changed. Of a key in a token it has the label.
 */
record IdentityContent(
    ByteBuffer certificate,
    ByteBuffer key,
    ByteBuffer peers,
    Map<String, ByteBuffer> sites,
    ByteBuffer crl) {
  /** More than the CRL of a large CA, less than what hurts. */
  private static final int MOST = 16 * 1024 * 1024;

  static IdentityContent read(IdentitySettings settings) throws IdentityException {
    if (settings.token().isPresent()) {
      Pkcs11.Content token = settings.token().get().content();
      return new IdentityContent(
          token.certificate(),
          StandardCharsets.UTF_8.encode(token.label()),
          read(Field.PEERS, settings.peers()),
          sites(settings),
          read(Field.CRL, settings.crl()));
    }
    ByteBuffer certificate = read(Field.CERTIFICATE, settings.certificate());
    Path password = settings.password().orElse(null);
    Pkcs12 store = password == null ? null : Pkcs12.read(certificate, password);
    return new IdentityContent(
        store == null ? certificate : store.certificate(),
        store == null ? read(Field.KEY, settings.key()) : store.key(),
        read(Field.PEERS, settings.peers()),
        sites(settings),
        read(Field.CRL, settings.crl()));
  }

  /** Equal where nothing changed. */
  ByteBuffer digest() {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      List<ByteBuffer> parts = new ArrayList<>(List.of(certificate, key, peers, crl));
      sites.forEach(
          (site, content) -> {
            parts.add(StandardCharsets.UTF_8.encode(site));
            parts.add(content);
          });
      for (ByteBuffer part : parts) {
        sha.update(ByteBuffer.allocate(Integer.BYTES).putInt(0, part.remaining()));
        sha.update(part.duplicate());
      }
      return ByteBuffer.wrap(sha.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  private static Map<String, ByteBuffer> sites(IdentitySettings settings) throws IdentityException {
    Map<String, ByteBuffer> all = new TreeMap<>();
    for (Map.Entry<String, Path> site : settings.sites().entrySet()) {
      all.put(site.getKey(), read(Field.SITES, site.getValue()));
    }
    return all;
  }

  private static ByteBuffer read(Field key, Path file) throws IdentityException {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] content = in.readNBytes(MOST + 1);
      if (content.length > MOST) {
        throw new IdentityException(
            key, file + " is larger than 16 MB", "name a file of certificates, keys or CRLs");
      }
      return ByteBuffer.wrap(content);
    } catch (IOException e) {
      throw new IdentityException(
          key, file + " cannot be read", "give this program's user the right to read it", e);
    }
  }
}
