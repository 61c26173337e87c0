package drawbridge.adapters.sql;

import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Driver;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.stream.Stream;

/**
 * JDBC drivers: those that ship, and those that an admin put into a folder. Immutable; the folder's
 * classes stay loaded as long as the program runs.
 */
public final class Drivers {
  /** Only those that ship. */
  public static final Drivers SHIPPED = new Drivers(List.of(), "drivers/");

  private static final ClassLoader OURS = Drivers.class.getClassLoader();

  private final List<Driver> found;
  private final String folder;

  private Drivers(List<Driver> found, String folder) {
    this.found = found;
    this.folder = folder;
  }

  /** Loads the drivers of all jar files in the folder. */
  public static Drivers in(Path folder) throws IOException {
    List<URL> jars = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".jar")).sorted().toList()) {
        jars.add(file.toUri().toURL());
      }
    } catch (MalformedURLException e) {
      throw new IOException(e);
    }
    List<Driver> drivers = new ArrayList<>();
    URLClassLoader classes = new URLClassLoader(jars.toArray(URL[]::new), OURS);
    try {
      ServiceLoader.load(Driver.class, classes).stream()
          .filter(driver -> classes.equals(driver.type().getClassLoader()))
          .forEach(driver -> drivers.add(driver.get()));
    } catch (ServiceConfigurationError e) {
      throw new IOException("a jar in " + folder + " has no usable driver: " + e.getMessage(), e);
    }
    return new Drivers(drivers, folder.toString());
  }

  /** Where an admin puts drivers, for messages. */
  String folder() {
    return folder;
  }

  /**
   * The driver that takes the URL; the folder's come first. Of those that ship none is made behind
   * the one that does, and the one with the URL's own word in its name is asked first: what each
   * does when it is made takes the start of a program longer than reading its files.
   */
  Optional<Driver> of(String url) {
    String word = url.replaceFirst("^jdbc:", "").replaceFirst(":.*", "");
    List<ServiceLoader.Provider<Driver>> shipped =
        ServiceLoader.load(Driver.class, OURS).stream()
            .sorted(Comparator.comparing(driver -> !driver.type().getName().contains(word)))
            .toList();
    return Stream.concat(found.stream(), shipped.stream().map(ServiceLoader.Provider::get))
        .filter(driver -> takes(driver, url))
        .findFirst();
  }

  private static boolean takes(Driver driver, String url) {
    try {
      return driver.acceptsURL(url);
    } catch (SQLException e) {
      return false;
    }
  }
}
