package drawbridge.certs;

import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.CRLException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemWriter;

/**
 * Writes PEM files. Each appears whole under its name, over an older one, so a program that reads
 * it meanwhile never sees half of it. A key's file is made with mode 0600 before its first byte.
 */
public final class SampleFiles {
  private static final boolean POSIX =
      FileSystems.getDefault().supportedFileAttributeViews().contains("posix");

  private SampleFiles() {}

  /** One certificate or several below each other. */
  public static void certificate(Path file, X509Certificate... certificates) throws IOException {
    try {
      StringBuilder text = new StringBuilder();
      for (X509Certificate certificate : certificates) {
        text.append(pem("CERTIFICATE", certificate.getEncoded()));
      }
      write(file, text.toString(), "rw-r--r--");
    } catch (CertificateEncodingException e) {
      throw new IOException(e);
    }
  }

  public static void crl(Path file, X509CRL crl) throws IOException {
    try {
      write(file, pem("X509 CRL", crl.getEncoded()), "rw-r--r--");
    } catch (CRLException e) {
      throw new IOException(e);
    }
  }

  /** PKCS #8, not encrypted. */
  public static void key(Path file, PrivateKey key) throws IOException {
    write(file, pem("PRIVATE KEY", key.getEncoded()), "rw-------");
  }

  /** SubjectPublicKeyInfo. */
  public static void publicKey(Path file, PublicKey key) throws IOException {
    write(file, pem("PUBLIC KEY", key.getEncoded()), "rw-r--r--");
  }

  /** A certificate request, PKCS #10. */
  static void request(Path file, byte[] content) throws IOException {
    write(file, pem("CERTIFICATE REQUEST", content), "rw-r--r--");
  }

  /** Random bytes as hex digits. */
  static void secret(Path file, int bytes) throws IOException {
    byte[] random = new byte[bytes];
    new SecureRandom().nextBytes(random);
    write(file, HexFormat.of().formatHex(random) + "\n", "rw-------");
  }

  static void text(Path file, String text) throws IOException {
    write(file, text, "rw-r--r--");
  }

  private static String pem(String type, byte[] bytes) {
    StringWriter text = new StringWriter();
    try (PemWriter writer = new PemWriter(text)) {
      writer.writeObject(new PemObject(type, bytes));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.toString();
  }

  private static void write(Path file, String text, String mode) throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    FileAttribute<?>[] attributes =
        POSIX
            ? new FileAttribute<?>[] {
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(mode))
            }
            : new FileAttribute<?>[0];
    Path whole = Files.createTempFile(folder, "." + file.getFileName(), ".new", attributes);
    try {
      Files.writeString(whole, text, StandardCharsets.US_ASCII);
      Files.move(whole, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(whole);
    }
  }
}
