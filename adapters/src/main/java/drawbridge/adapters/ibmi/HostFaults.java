package drawbridge.adapters.ibmi;

import com.ibm.as400.access.AS400Message;
import drawbridge.adapters.Fault;
import drawbridge.adapters.Fault.Code;
import drawbridge.adapters.Fault.Reason;
import java.util.List;
import java.util.Set;

/**
 * What messages of the host mean for a caller, in sentences that say nothing of objects, users and
 * values. docs/mainframe.md has the table.
 */
final class HostFaults {
  private static final Set<String> MISSING =
      Set.of(
          "CPF9801", "CPF9810", "CPF9811", "CPF9812", "CPF9814", "CPF9815", "CPF2105", "CPF2110",
          "CPF2209", "CPF3CF1", "MCH3401", "CPF4102", "CPF0006", "CPD0030", "CPF226E", "CPF2403");
  private static final Set<String> AUTHORITY =
      Set.of(
          "CPF9802", "CPF9820", "CPF9821", "CPF9822", "CPF9825", "CPF2182", "CPF2189", "CPF2283",
          "MCH1001", "CPF4104", "CPF501B", "CPF2408");
  private static final Set<String> LOCKED =
      Set.of("CPF9803", "CPF1002", "CPF1085", "CPF4128", "CPF3202", "MCH5802", "CPF9506");
  private static final Set<String> RECORD = Set.of("CPF5027", "CPF5032", "RNX1218", "CPF502D");
  private static final Set<String> DECIMAL =
      Set.of("MCH1202", "MCH1210", "CPF5035", "RNX0907", "RNX0103", "LNR7200");

  private HostFaults() {}

  /** Nothing ran: what the operation needs is not there, or not what it should be. */
  static Fault missing(Throwable cause) {
    return Fault.of(
            Code.SOURCE_ERROR, "the source lacks an object that this operation needs", cause)
        .because(Reason.OBJECT_NOT_FOUND);
  }

  /** Nothing ran. */
  static Fault authority(Throwable cause) {
    return Fault.of(Code.SOURCE_ERROR, "the source's user has no authority for this", cause)
        .because(Reason.NO_AUTHORITY);
  }

  /**
   * The messages of a program, command or queue that failed.
   *
   * @param unsafe something may have been changed before
   */
  static Fault of(List<AS400Message> messages, HostAction.Manner manner, boolean unsafe) {
    HostMessages.Told cause = new HostMessages.Told(messages.toArray(new AS400Message[0]));
    Reason reason = reason(messages);
    for (AS400Message message : messages) {
      Fault chosen = manner.messages().fault(message, cause);
      if (chosen != null) {
        return reason == Reason.PROGRAM_ENDED ? chosen : chosen.because(reason);
      }
    }
    Code code =
        switch (reason) {
          case OBJECT_LOCKED, RECORD_LOCKED -> Code.CONFLICT;
          case NONE, OBJECT_NOT_FOUND, NO_AUTHORITY, DECIMAL_DATA, PROGRAM_ENDED ->
              Code.SOURCE_ERROR;
        };
    return told(code, sentence(reason), unsafe, cause).because(reason);
  }

  /** Of the first message that is known. */
  static Reason reason(List<AS400Message> messages) {
    for (AS400Message message : messages) {
      String id = String.valueOf(message.getID());
      if (MISSING.contains(id)) {
        return Reason.OBJECT_NOT_FOUND;
      }
      if (AUTHORITY.contains(id)) {
        return Reason.NO_AUTHORITY;
      }
      if (LOCKED.contains(id)) {
        return Reason.OBJECT_LOCKED;
      }
      if (RECORD.contains(id)) {
        return Reason.RECORD_LOCKED;
      }
      if (DECIMAL.contains(id)) {
        return Reason.DECIMAL_DATA;
      }
    }
    return Reason.PROGRAM_ENDED;
  }

  private static String sentence(Reason reason) {
    return switch (reason) {
      case OBJECT_NOT_FOUND -> "the source lacks an object that this needs";
      case NO_AUTHORITY -> "the source's user has no authority for this";
      case OBJECT_LOCKED -> "something else on the source has it locked";
      case RECORD_LOCKED -> "something else on the source has the record";
      case DECIMAL_DATA -> "a number on the source, or sent to it, is none";
      case NONE, PROGRAM_ENDED -> "the program on the source ended abnormally";
    };
  }

  /** What it had changed before stays, unless it undoes that itself; nobody here knows. */
  private static Fault told(Code code, String sentence, boolean unsafe, Throwable cause) {
    return unsafe
        ? Fault.of(
            Code.OUTCOME_UNKNOWN,
            sentence + ": what was changed before that may remain changed",
            cause)
        : Fault.of(code, sentence, cause);
  }
}
