package drawbridge.adapters.ibmi;

import com.ibm.as400.access.QSYSObjectPathName;
import drawbridge.settings.Section;
import java.util.regex.Pattern;

/** Names of objects on the host; only such go into paths and commands. */
final class HostNames {
  static final Pattern OBJECT = Pattern.compile("[A-Z#@$][A-Z0-9#@$_.]{0,9}");

  private HostNames() {}

  /**
   * Refuses what is no name.
   *
   * @param list {@code *LIBL} stands for the library list
   */
  static void check(Section section, String key, String name, boolean list) {
    if (name.isEmpty()) {
      throw section.wrong(key, "is not said", "write “" + key + ": …”");
    }
    if (!(OBJECT.matcher(name).matches() || (list && name.equals("*LIBL")))) {
      throw section.wrong(
          key,
          "“" + name + "” is no name of an object",
          "write up to 10 of A-Z, 0-9, #, @, $ and _, in capitals" + (list ? ", or *LIBL" : ""));
    }
  }

  /** Such as {@code /QSYS.LIB/ERP.LIB/PRICE.PGM}. */
  static String path(String library, String name, String type) {
    return QSYSObjectPathName.toPath(library, name, type);
  }

  /** The library and name of a section, as a path. */
  static String path(Section section, String type) {
    String library = section.text("library", "*LIBL");
    String name = section.text("name");
    check(section, "library", library, true);
    check(section, "name", name, false);
    return path(library, name, type);
  }
}
