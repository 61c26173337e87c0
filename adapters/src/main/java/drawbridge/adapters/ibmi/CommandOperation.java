package drawbridge.adapters.ibmi;

import com.ibm.as400.access.AS400;
import com.ibm.as400.access.AS400Message;
import com.ibm.as400.access.AS400SecurityException;
import com.ibm.as400.access.CommandCall;
import com.ibm.as400.access.ErrorCompletingRequestException;
import drawbridge.adapters.Answer;
import drawbridge.adapters.Call;
import drawbridge.adapters.Column;
import drawbridge.adapters.FaultException;
import drawbridge.adapters.Operation;
import drawbridge.adapters.Outline;
import drawbridge.adapters.Parameter;
import drawbridge.adapters.Schema;
import drawbridge.adapters.Type;
import drawbridge.settings.Section;
import java.beans.PropertyVetoException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Runs one command that both the API file and the source name. A caller gives values for some of
 * its parameters; the command is put together here, value by value.
 *
 * @param command {@code LIBRARY/NAME}
 * @param keywords in the order of the file
 * @param texts the answer has the texts of messages, and not only their ids
 */
record CommandOperation(String command, Map<String, CommandValue> keywords, boolean texts)
    implements HostAction.Work {
  private static final Pattern KEYWORD = Pattern.compile("[A-Z#@$][A-Z0-9#@$]{0,9}");

  /** What takes commands or statements as text: a value given there would be run. */
  private static final Set<String> RUNS_TEXT =
      Set.of("CMD", "RQSDTA", "SQL", "RQS", "CMDLN", "STMT", "SRCSTMF", "CALLBACK", "EXITPGM");

  /** The host takes no longer command. */
  private static final int MOST_MESSAGES = 50;

  /** The section {@code command} of an operation. */
  static Operation read(OperationContext context, Section section, Outline outline) {
    Section keys = section.section("command");
    String library = keys.text("library");
    String name = keys.text("name");
    HostNames.check(keys, "library", library, true);
    HostNames.check(keys, "name", name, false);
    String command = library + "/" + name;
    if (!context.commands().contains(command)) {
      throw keys.wrong(
          "name",
          "the source does not allow " + command,
          "add it to “commands” of the source in sources.yaml");
    }
    Map<String, CommandValue> keywords = new LinkedHashMap<>();
    Map<String, Parameter> declared = new LinkedHashMap<>();
    outline.parameters().forEach(p -> declared.put(p.name(), p));
    keys.named("parameters")
        .forEach(
            (keyword, one) -> {
              if (!KEYWORD.matcher(keyword).matches()) {
                throw one.wrong(
                    "", "“" + keyword + "” is no keyword", "write it in capitals, such as ORDER");
              }
              CommandValue value = CommandValue.read(one, declared, context.ccsid());
              if (!value.parameter().isEmpty() && RUNS_TEXT.contains(keyword)) {
                throw one.wrong(
                    "from",
                    "what is given for " + keyword + " would be run",
                    "write it here as “value”");
              }
              keywords.put(keyword, value);
            });
    boolean texts = keys.flag("texts", false);
    keys.done();
    context.needs().accept(HostNames.path(library, name, "CMD"));
    for (String parameter : declared.keySet()) {
      if (keywords.values().stream().noneMatch(v -> v.parameter().equals(parameter))) {
        throw section.wrong(
            "parameters", "“" + parameter + "” is not used", "name it with “from”, or remove it");
      }
    }
    return context.operation(
        section,
        outline,
        true,
        columns(texts),
        AS400.COMMAND,
        false,
        new CommandOperation(command, new LinkedHashMap<>(keywords), texts));
  }

  private static List<Column> columns(boolean texts) {
    List<Column> message = new ArrayList<>();
    message.add(new Column("id", Type.STRING, false));
    message.add(new Column("severity", Type.INTEGER, false));
    message.add(new Column("type", Type.STRING, false));
    if (texts) {
      message.add(new Column("text", Type.STRING, false));
    }
    return List.of(new Column("messages", Schema.object(message).listOf(MOST_MESSAGES)));
  }

  @Override
  public void run(HostJob job, Call call, Answer answer, HostAction.Step step)
      throws FaultException,
          IOException,
          InterruptedException,
          AS400SecurityException,
          ErrorCompletingRequestException,
          PropertyVetoException {
    String text = text(call.arguments());
    CommandCall host = new CommandCall(job.system());
    host.setMessageOption(AS400Message.MESSAGE_OPTION_ALL);
    step.begun();
    if (!host.run(text)) {
      throw new HostMessages.Told(host.getMessageList());
    }
    step.done();
    List<Map<String, Object>> messages = new ArrayList<>();
    for (AS400Message message : host.getMessageList()) {
      if (messages.size() < MOST_MESSAGES) {
        messages.add(message(message));
      }
    }
    JsonTree.answer(answer, Map.of("messages", messages));
  }

  /** What is sent; nothing in it is a caller's own words beside quoted values. */
  String text(Map<String, Object> arguments) throws FaultException {
    StringBuilder text = new StringBuilder(command);
    for (Map.Entry<String, CommandValue> keyword : keywords.entrySet()) {
      String value = keyword.getValue().text(arguments);
      if (!value.isEmpty()) {
        text.append(' ').append(keyword.getKey()).append('(').append(value).append(')');
      }
    }
    return text.toString();
  }

  private Map<String, Object> message(AS400Message message) {
    Map<String, Object> typed = new LinkedHashMap<>();
    typed.put("id", String.valueOf(message.getID()));
    typed.put("severity", message.getSeverity());
    typed.put("type", HostMessageType.of(message.getType()));
    if (texts) {
      typed.put("text", ChosenMessages.plain(message.getText()));
    }
    return typed;
  }
}
