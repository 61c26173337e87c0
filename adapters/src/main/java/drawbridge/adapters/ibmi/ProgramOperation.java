package drawbridge.adapters.ibmi;

import com.ibm.as400.access.AS400;
import com.ibm.as400.access.AS400Message;
import com.ibm.as400.access.AS400SecurityException;
import com.ibm.as400.access.ErrorCompletingRequestException;
import com.ibm.as400.access.ObjectDoesNotExistException;
import com.ibm.as400.access.ProgramCall;
import com.ibm.as400.access.ProgramParameter;
import com.ibm.as400.access.QSYSObjectPathName;
import com.ibm.as400.access.ServiceProgramCall;
import drawbridge.adapters.Answer;
import drawbridge.adapters.Call;
import drawbridge.adapters.Column;
import drawbridge.adapters.FaultException;
import drawbridge.adapters.Operation;
import drawbridge.adapters.Outline;
import drawbridge.adapters.Schema;
import drawbridge.adapters.Type;
import drawbridge.adapters.ibmi.layout.Description;
import drawbridge.adapters.ibmi.layout.Layout;
import drawbridge.adapters.ibmi.layout.Layout.Exchange;
import drawbridge.adapters.ibmi.layout.Layout.Passed;
import drawbridge.settings.Section;
import java.beans.PropertyVetoException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Calls a program, or a procedure of a service program, as its PCML or its copybooks describe it.
 *
 * @param path of the program in QSYS.LIB
 * @param result member of the reply for a procedure's return value; empty: none
 */
record ProgramOperation(Description.Program program, String path, String result)
    implements HostAction.Work {
  private static final ProgramParameter[] NO_PARAMETERS = {};

  /** The section {@code program} of an operation. */
  static Operation read(OperationContext context, Section section, Outline outline) {
    Section keys = section.section("program");
    Description.Program program = Description.program(keys, context.ccsid());
    boolean procedure = !program.procedure().isEmpty();
    String path = path(keys, program.path(), procedure ? "SRVPGM" : "PGM");
    String result = "";
    if (program.returns()) {
      result = keys.text("result", "result");
    }
    keys.done();
    context.needs().accept(path);
    List<Column> reply = new ArrayList<>(program.layout().reply());
    if (!result.isEmpty()) {
      reply.add(new Column(result, Schema.of(Type.INTEGER, false)));
    }
    Outline merged =
        OperationParameters.of(
            section,
            outline,
            program.layout().request(),
            new HashSet<>(program.layout().required()));
    return context.operation(
        section,
        merged,
        true,
        reply,
        AS400.COMMAND,
        true,
        new ProgramOperation(program, path, result));
  }

  /** Library and name of the file go before those of the PCML. */
  private static String path(Section keys, String described, String type) {
    String library = keys.text("library", "");
    String name = keys.text("name", "");
    if (!described.isEmpty() && (library.isEmpty() || name.isEmpty())) {
      try {
        QSYSObjectPathName path = new QSYSObjectPathName(described);
        library = library.isEmpty() ? path.getLibraryName() : library;
        name = name.isEmpty() ? path.getObjectName() : name;
      } catch (RuntimeException e) {
        throw keys.wrong(
            "pcml", "the path in it is no path of a program", "write library and name here");
      }
    }
    HostNames.check(keys, "library", library, true);
    HostNames.check(keys, "name", name, false);
    return HostNames.path(library, name, type);
  }

  @Override
  public void run(HostJob job, Call call, Answer answer, HostAction.Step step)
      throws FaultException,
          IOException,
          InterruptedException,
          AS400SecurityException,
          ErrorCompletingRequestException,
          ObjectDoesNotExistException,
          PropertyVetoException {
    Layout layout = program.layout();
    Exchange exchange = layout.exchange();
    List<Passed> passed = exchange.encode(call.arguments());
    ProgramParameter[] parameters = parameters(passed);
    ProgramCall host = host(job, parameters);
    List<byte @Nullable []> outputs = new ArrayList<>();
    try {
      host.setMessageOption(AS400Message.MESSAGE_OPTION_ALL);
      step.begun();
      if (!host.run()) {
        throw new HostMessages.Told(host.getMessageList());
      }
      step.done();
      for (ProgramParameter parameter : parameters) {
        outputs.add(parameter.getOutputDataLength() == 0 ? null : parameter.getOutputData());
      }
    } finally {
      // It is kept for the next call, and must not keep what may be megabytes of this one.
      host.setParameterList(NO_PARAMETERS);
    }
    Map<String, @Nullable Object> reply = exchange.decode(outputs);
    if (host instanceof ServiceProgramCall service && !result.isEmpty()) {
      reply.put(result, service.getIntegerReturnValue());
    }
    JsonTree.answer(answer, reply);
  }

  private ProgramParameter[] parameters(List<Passed> passed) throws PropertyVetoException {
    ProgramParameter[] parameters = new ProgramParameter[passed.size()];
    for (int i = 0; i < parameters.length; i++) {
      Passed one = passed.get(i);
      ProgramParameter parameter = new ProgramParameter();
      if (one.input() != null) {
        parameter.setInputData(one.input());
      }
      if (one.output() > 0) {
        parameter.setOutputDataLength(one.output());
      }
      if (!program.procedure().isEmpty()) {
        parameter.setParameterType(
            program.byValue().get(i)
                ? ProgramParameter.PASS_BY_VALUE
                : ProgramParameter.PASS_BY_REFERENCE);
      }
      parameters[i] = parameter;
    }
    return parameters;
  }

  private ProgramCall host(HostJob job, ProgramParameter[] parameters)
      throws PropertyVetoException {
    if (program.procedure().isEmpty()) {
      ProgramCall call =
          job.kept(
              ProgramCall.class, path, () -> new ProgramCall(job.system(), path, NO_PARAMETERS));
      call.setParameterList(parameters);
      return call;
    }
    ServiceProgramCall call = new ServiceProgramCall(job.system());
    call.setProgram(path, parameters);
    if (program.ccsid() > 0) {
      call.setProcedureName(program.procedure(), program.ccsid());
    } else {
      call.setProcedureName(program.procedure());
    }
    call.setReturnValueFormat(
        program.returns() ? ServiceProgramCall.RETURN_INTEGER : ServiceProgramCall.NO_RETURN_VALUE);
    return call;
  }
}
