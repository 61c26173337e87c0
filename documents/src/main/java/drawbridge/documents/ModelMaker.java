package drawbridge.documents;

import drawbridge.documents.Model.Answer;
import drawbridge.documents.Model.Body;
import drawbridge.documents.Model.Op;
import drawbridge.documents.Model.Param;
import drawbridge.relay.wire.Api;
import drawbridge.relay.wire.Operation;
import drawbridge.relay.wire.Operation.Trigger;
import drawbridge.relay.wire.Parameter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** Makes the one model of an API as it came from an agent. Used once. */
final class ModelMaker {
  /** Platforms stop waiting at about 120 s; what is under way takes some of it. */
  static final int SECONDS = 110;

  private static final int PARAMETERS = 100;

  private static final Pattern DATE = Pattern.compile("\\d{4}-\\d{2}-\\d{2}");
  private static final Pattern NAME = Pattern.compile("[$A-Za-z_][A-Za-z0-9_.-]{0,99}");

  private final Api api;
  private final List<String> warnings;
  private final ParameterMaker makes;
  private final ObjectMaker objects;

  private ModelMaker(Api api, List<String> warnings) {
    this.api = api;
    this.warnings = warnings;
    this.makes = new ParameterMaker(api.getOperationsList(), this::warn);
    this.objects = new ObjectMaker(makes, this::warn);
  }

  /**
   * Makes it.
   *
   * @param warnings what people should know is added here
   * @throws UnfitException no platform could import it
   */
  static Model make(Api api, List<String> warnings) throws UnfitException {
    return new ModelMaker(api, warnings).make();
  }

  private Model make() throws UnfitException {
    Set<String> seen = new HashSet<>();
    for (Operation operation : api.getOperationsList()) {
      String id = Wording.pascal(operation.getName());
      if (!seen.add(id.toLowerCase(Locale.ROOT))) {
        throw unfit("two operations would be called " + id + "; rename one of them");
      }
    }
    checkPaths();
    List<Op> operations = new ArrayList<>();
    for (Operation operation : api.getOperationsList()) {
      operations.add(operation(operation));
    }
    Model.Contact contact = Contacts.of(api.getContact());
    if (contact == null) {
      warnings.add(
          api.getName()
              + "/"
              + api.getVersion()
              + ": no contact with name, url and email, which a certified connector must have.");
    }
    return new Model(
        api.getName(),
        api.getVersion(),
        Wording.line(api.getTitle().isBlank() ? api.getName() : api.getTitle(), 100),
        Wording.sentence(api.getDescription(), 2 * Wording.DESCRIPTION),
        contact,
        List.copyOf(operations),
        objects.objects());
  }

  private UnfitException unfit(String why) {
    return new UnfitException(
        "The API " + api.getName() + "/" + api.getVersion() + " has no document: " + why + ".");
  }

  private void warn(Operation operation, String what) {
    warnings.add(
        api.getName() + "/" + api.getVersion() + "/" + operation.getName() + ": " + what + ".");
  }

  // ---- paths

  private static final Pattern PLACEHOLDER = Pattern.compile("\\{[^}]*}");

  private void checkPaths() throws UnfitException {
    Map<String, String> spelt = new HashMap<>();
    Map<String, Operation> parents = new HashMap<>();
    for (Operation operation : api.getOperationsList()) {
      String path = operation.getPath();
      String folded = PLACEHOLDER.matcher(path).replaceAll("{}").toLowerCase(Locale.ROOT);
      String known = spelt.putIfAbsent(folded, path);
      if (known != null && !known.equals(path)) {
        throw unfit(known + " and " + path + " are one path to importers; make them alike");
      }
      String[] parts = folded.split("/", -1);
      for (int i = 1; i < parts.length; i++) {
        String parent = String.join("/", List.of(parts).subList(0, i));
        String kind = parent + (parts[i].equals("{}") ? " {}" : " x");
        String other = parent + (parts[i].equals("{}") ? " x" : " {}");
        parents.putIfAbsent(kind, operation);
        Operation beside = parents.get(other);
        if (beside != null) {
          warn(
              operation,
              path
                  + " and "
                  + beside.getPath()
                  + " have a fixed part beside a {parameter}, which certification refuses");
        }
      }
    }
  }

  // ---- an operation

  private Op operation(Operation operation) throws UnfitException {
    String id = Wording.pascal(operation.getName());
    String said = Wording.summary(operation.getSummary());
    String summary = said.isEmpty() ? Wording.title(operation.getName()) : said;
    String warning = "";
    if (operation.getSeconds() > SECONDS) {
      warning =
          "May run for "
              + operation.getSeconds()
              + " seconds, longer than connectors and flows wait ("
              + SECONDS
              + ").";
      warn(operation, warning.substring(0, warning.length() - 1));
    }
    List<Param> parameters = new ArrayList<>();
    Set<String> names = new HashSet<>();
    List<Parameter> members = new ArrayList<>();
    for (Parameter parameter : operation.getParametersList()) {
      if (!NAME.matcher(parameter.getName()).matches() || names.size() >= PARAMETERS) {
        warn(operation, "a parameter is malformed or one too many, and is left out");
      } else if (!names.add(parameter.getName().toLowerCase(Locale.ROOT))) {
        throw unfit(
            "two parameters of "
                + operation.getName()
                + " are called "
                + parameter.getName()
                + " but for the case");
      } else if (parameter.getIn() == Parameter.In.BODY) {
        members.add(parameter);
      } else {
        parameters.add(makes.parameter(operation, parameter));
      }
    }
    ParameterMaker.heeded(operation, names, parameters);
    Body body = objects.body(operation, id, members);
    boolean nothing = operation.getStatus() == 204;
    Answer answer = nothing ? new Model.Nothing() : objects.answer(operation, id);
    return new Op(
        id,
        summary,
        description(operation, summary, warning),
        warning,
        operation.getVisibility(),
        operation.getMethod().toLowerCase(Locale.ROOT),
        operation.getPath(),
        List.copyOf(parameters),
        body,
        answer,
        operation.getStatus() >= 200 && operation.getStatus() < 300 ? operation.getStatus() : 200,
        traits(operation));
  }

  private Model.Traits traits(Operation operation) {
    Trigger trigger = operation.getTrigger();
    if (trigger == Trigger.UNRECOGNIZED
        || !operation.getMethod().equals("GET")
        || operation.getSingle()) {
      trigger = Trigger.NONE;
    }
    return new Model.Traits(
        operation.getSafe(),
        operation.getPaged() && !operation.getSingle(),
        operation.getConditional(),
        trigger,
        date(operation.getDeprecated()),
        date(operation.getSunset()));
  }

  private static String date(String text) {
    return DATE.matcher(text).matches() ? text : "";
  }

  private String description(Operation operation, String summary, String warning) {
    StringBuilder text =
        new StringBuilder(Wording.sentence(operation.getDescription(), Wording.DESCRIPTION));
    if (text.isEmpty() || alike(text.toString(), summary)) {
      text.setLength(0);
      text.append(Wording.sentence(summary, Wording.SUMMARY + 2));
      text.append(" It is the operation ").append(operation.getName()).append(" of ");
      text.append(Wording.line(api.getTitle().isBlank() ? api.getName() : api.getTitle(), 100));
      text.append('.');
    }
    String deprecated = date(operation.getDeprecated());
    if (!deprecated.isEmpty()) {
      String sunset = date(operation.getSunset());
      text.append(" Deprecated since ").append(deprecated);
      text.append(sunset.isEmpty() ? "." : "; ends on " + sunset + ".");
    }
    return warning.isEmpty() ? text.toString() : text.append(' ').append(warning).toString();
  }

  private static boolean alike(String text, String other) {
    Pattern not = Pattern.compile("[^\\p{L}\\p{N}]+");
    return not.matcher(text).replaceAll("").equalsIgnoreCase(not.matcher(other).replaceAll(""));
  }
}
