package drawbridge.adapters.ibmi.layout;

import drawbridge.adapters.ibmi.layout.Description.Program;
import drawbridge.settings.SettingsException;
import java.io.ByteArrayInputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.jspecify.annotations.Nullable;

/**
 * Reads a PCML file as the RPG and COBOL compilers write it (versions 1 to 8). Whatever would only
 * fail at a call, or do damage in silence, is refused with its line.
 */
final class PcmlReader {
  /** Bounds against a file that grows as its structures are put into each other. */
  private static final int MOST_FIELDS = 20_000;

  private static final int DEEPEST = 30;

  private static final Set<String> PROGRAM =
      Set.of("name", "path", "parseorder", "entrypoint", "returnvalue", "threadsafe", "epccsid");

  /**
   * One element as it stands in the file.
   *
   * @param tag {@code program}, {@code struct} or {@code data}
   */
  record Element(
      Path file, int line, String tag, Map<String, String> attributes, List<Element> children) {
    String get(String attribute) {
      return attributes.getOrDefault(attribute, "").strip();
    }

    SettingsException wrong(String problem, String fix) {
      return new SettingsException(file, line, get("name"), problem, fix);
    }
  }

  private final Path file;
  private final Description description;
  private final Map<String, Element> structures = new LinkedHashMap<>();
  private final Map<String, Element> programs = new LinkedHashMap<>();
  private int fields;

  private PcmlReader(Path file, Description description) {
    this.file = file;
    this.description = description;
  }

  /**
   * One program of the file.
   *
   * @param name of the program in the file; empty: the only one there is
   */
  static Program read(Path file, byte[] content, String name, Description description) {
    PcmlReader reader = new PcmlReader(file, description);
    reader.parse(content);
    return reader.program(name);
  }

  // ---- XML

  private void parse(byte[] content) {
    XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
    factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
    factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
    XMLStreamReader xml = null;
    try {
      xml = factory.createXMLStreamReader(new ByteArrayInputStream(content));
      while (xml.hasNext()) {
        switch (xml.next()) {
          case XMLStreamConstants.DTD ->
              throw wrong(
                  xml.getLocation().getLineNumber(),
                  "has a DOCTYPE, which is not read",
                  "remove it; compilers write none");
          case XMLStreamConstants.START_ELEMENT -> root(xml);
          default -> {}
        }
      }
    } catch (XMLStreamException e) {
      int line = e.getLocation() == null ? 0 : e.getLocation().getLineNumber();
      throw wrong(
          Math.max(0, line),
          "is not well-formed XML",
          "take the file as the compiler wrote it; if it is not UTF-8, begin it with"
              + " <?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>");
    }
  }

  private SettingsException wrong(int line, String problem, String fix) {
    return new SettingsException(file, line, "", problem, fix);
  }

  private void root(XMLStreamReader xml) throws XMLStreamException {
    Element pcml = element(xml, 0);
    if (!pcml.tag().equals("pcml")) {
      throw pcml.wrong("is no PCML, which begins with <pcml>", "name the file of the compiler");
    }
    for (Element child : pcml.children()) {
      String name = child.get("name");
      Map<String, Element> kind =
          switch (child.tag()) {
            case "program" -> programs;
            case "struct" -> structures;
            default ->
                throw child.wrong(
                    "<" + child.tag() + "> may not stand here", "write program or struct");
          };
      if (name.isEmpty()) {
        throw child.wrong("has no name", "write name=\"…\"");
      }
      if (kind.put(name, child) != null) {
        throw child.wrong("stands here a second time", "keep one of the two");
      }
    }
  }

  private Element element(XMLStreamReader xml, int depth) throws XMLStreamException {
    if (++fields > MOST_FIELDS || depth > DEEPEST) {
      throw wrong(xml.getLocation().getLineNumber(), "has too many fields", "name the right file");
    }
    Map<String, String> attributes = new LinkedHashMap<>();
    for (int i = 0; i < xml.getAttributeCount(); i++) {
      attributes.put(xml.getAttributeLocalName(i), xml.getAttributeValue(i));
    }
    Element element =
        new Element(
            file,
            xml.getLocation().getLineNumber(),
            xml.getLocalName(),
            attributes,
            new ArrayList<>());
    while (true) {
      switch (xml.next()) {
        case XMLStreamConstants.START_ELEMENT -> element.children().add(element(xml, depth + 1));
        case XMLStreamConstants.END_ELEMENT -> {
          return element;
        }
        case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA -> {
          if (!xml.isWhiteSpace()) {
            throw element.wrong("has text in it", "remove it");
          }
        }
        default -> {}
      }
    }
  }

  // ---- programs

  private Program program(String wanted) {
    Element program =
        wanted.isEmpty() && programs.size() == 1
            ? programs.values().iterator().next()
            : programs.get(wanted);
    if (program == null) {
      throw wrong(
          0,
          wanted.isEmpty()
              ? "describes " + programs.size() + " programs, and none is named"
              : "describes no program “" + wanted + "”",
          "write “entry:” with one of " + String.join(", ", programs.keySet()));
    }
    for (String attribute : program.attributes().keySet()) {
      if (!PROGRAM.contains(attribute)) {
        throw program.wrong("the attribute “" + attribute + "” is not known", "remove it");
      }
    }
    Draft top = new Draft(file, program.line(), program.get("name"), null);
    fields = 0;
    for (Element child : program.children()) {
      top.children.add(field(child, top, new ArrayList<>()));
    }
    boolean procedure = !program.get("entrypoint").isEmpty();
    String returns = program.get("returnvalue");
    if (!Set.of("", "void", "integer").contains(returns)
        || (!procedure && returns.equals("integer"))) {
      throw program.wrong(
          procedure ? "returnvalue is neither void nor integer" : "a program returns no value",
          "write returnvalue=\"void\"");
    }
    Set<String> byValue =
        program.children().stream()
            .filter(c -> c.get("passby").equals("value"))
            .map(c -> checkedByValue(c, procedure))
            .collect(Collectors.toUnmodifiableSet());
    int most = Program.most(procedure);
    if (top.children.size() > most) {
      throw program.wrong(
          "has more than " + most + " parameters, which the host's server does not pass",
          "gather some of them in a structure");
    }
    return new Program(
        program.get("name"),
        program.get("path"),
        program.get("entrypoint"),
        program.get("epccsid").isEmpty() ? 0 : number(program, "epccsid", 1, HostText.BYTES),
        returns.equals("integer"),
        program.children().stream().map(c -> byValue.contains(c.get("name"))).toList(),
        Assembly.of(top, description, true));
  }

  private static String checkedByValue(Element element, boolean procedure) {
    if (!procedure || !element.get("type").equals("int") || !element.get("length").equals("4")) {
      throw element.wrong(
          "only whole numbers of 4 bytes can be passed by value, and only to procedures",
          "pass it by reference");
    }
    return element.get("name");
  }

  static int number(Element element, String attribute, int least, int most) {
    try {
      int value = Integer.parseInt(element.get(attribute));
      if (value >= least && value <= most) {
        return value;
      }
    } catch (NumberFormatException e) {
      // said below
    }
    throw element.wrong(
        attribute + " is not a number from " + least + " to " + most,
        "write " + attribute + "=\"…\" with such a number");
  }

  // ---- fields

  /**
   * One element and what is in it.
   *
   * @param inside the structures around, against one that holds itself
   */
  private Draft field(Element element, Draft parent, List<String> inside) {
    if (++fields > MOST_FIELDS || inside.size() > DEEPEST) {
      throw element.wrong("has too many fields in it", "take structures apart");
    }
    boolean data = element.tag().equals("data");
    if (!data && !element.tag().equals("struct")) {
      throw element.wrong("<" + element.tag() + "> may not stand here", "write data or struct");
    }
    Draft draft = PcmlField.draft(element, parent, description.ccsid());
    Element structure = element;
    List<String> around = inside;
    if (data && element.get("type").equals("struct")) {
      String name = element.get("struct");
      Element found = structures.get(name);
      if (found == null) {
        throw element.wrong(
            "there is no structure “" + name + "”",
            "write struct=\"…\" with one of " + String.join(", ", structures.keySet()));
      }
      if (inside.contains(name)) {
        throw element.wrong("the structure “" + name + "” holds itself", "break the circle");
      }
      around = new ArrayList<>(inside);
      around.add(name);
      structure = found;
    } else if (data && !element.children().isEmpty()) {
      throw element.wrong("data has nothing in it", "use struct");
    }
    if (draft.kind == null) {
      if (structure.children().isEmpty()) {
        throw structure.wrong("is empty", "write the fields that are in it");
      }
      Kind varying = varying(element, structure);
      if (varying != null) {
        draft.kind = varying;
        draft.fixedOutputSize = -1;
        return draft;
      }
      for (Element child : structure.children()) {
        draft.children.add(field(child, draft, around));
      }
    }
    return draft;
  }

  /**
   * RPG's varying fields in PCML before version 7: a structure of a length and a string of that
   * length, with room for the longest.
   */
  private Kind.@Nullable Varying varying(Element element, Element structure) {
    if (structure.children().size() != 2 || !element.get("outputsize").matches("[0-9]{1,8}")) {
      return null;
    }
    Element length = structure.children().getFirst();
    Element string = structure.children().getLast();
    boolean fits =
        length.get("type").equals("int")
            && length.get("length").matches("[24]")
            && length.get("count").isEmpty()
            && string.get("type").equals("char")
            && string.get("count").isEmpty()
            && !length.get("name").isEmpty()
            && string.get("length").equals(length.get("name"));
    if (!fits) {
      return null;
    }
    int prefix = number(length, "length", 2, 4);
    int most = number(element, "outputsize", prefix + 1, Encoder.MOST_BYTES) - prefix;
    int ccsid =
        string.get("ccsid").isEmpty()
            ? description.ccsid()
            : number(string, "ccsid", 1, HostText.BYTES - 1);
    return new Kind.Varying(prefix, most, ccsid);
  }
}
