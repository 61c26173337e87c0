package drawbridge.ibmi.stub;

import java.time.Duration;
import java.util.Arrays;
import java.util.Objects;
import java.util.OptionalInt;

/** Something that goes wrong with one request or its answer. Immutable. */
public final class Fault {
  private enum Kind {
    DROP_REQUEST,
    DROP_REPLY,
    DELAY,
    SILENCE,
    GARBAGE,
    PARTIAL,
    RETURN_CODE,
    REFUSAL
  }

  private final Kind kind;
  private final Duration delay;
  private final int code;

  private Fault(Kind kind, Duration delay, int code) {
    this.kind = kind;
    this.delay = Objects.requireNonNull(delay);
    this.code = code;
  }

  /** The connection is cut before the request is looked at: nothing runs. */
  public static Fault dropRequest() {
    return new Fault(Kind.DROP_REQUEST, Duration.ZERO, 0);
  }

  /** The request is carried out, then the connection is cut in place of the answer. */
  public static Fault dropReply() {
    return new Fault(Kind.DROP_REPLY, Duration.ZERO, 0);
  }

  /** The request waits this long, and what follows it on the connection with it. */
  public static Fault delay(Duration time) {
    return new Fault(Kind.DELAY, time, 0);
  }

  /** Nothing is carried out or answered, and the connection stays until the client ends it. */
  public static Fault silence() {
    return new Fault(Kind.SILENCE, Duration.ZERO, 0);
  }

  /** Bytes that are no data stream in place of the answer. */
  public static Fault garbage() {
    return new Fault(Kind.GARBAGE, Duration.ZERO, 0);
  }

  /** The first half of the answer, then the connection is cut. */
  public static Fault partial() {
    return new Fault(Kind.PARTIAL, Duration.ZERO, 0);
  }

  /** This return code in the answer, at the place that its server has for it. */
  public static Fault returnCode(int code) {
    return new Fault(Kind.RETURN_CODE, Duration.ZERO, code);
  }

  /** The file server refuses with this code, and nothing is carried out. */
  public static Fault refusal(int code) {
    return new Fault(Kind.REFUSAL, Duration.ZERO, code);
  }

  /** What the file server answers in place of doing what it is asked; empty: it does it. */
  OptionalInt refused() {
    return kind == Kind.REFUSAL ? OptionalInt.of(code) : OptionalInt.empty();
  }

  /** Before the request is carried out; false: the connection ends instead. */
  boolean before(HostSystem host) throws InterruptedException {
    return switch (kind) {
      case DROP_REQUEST, SILENCE -> false;
      case DELAY -> !host.closesWithin(delay);
      case DROP_REPLY, GARBAGE, PARTIAL, RETURN_CODE, REFUSAL -> true;
    };
  }

  boolean silent() {
    return kind == Kind.SILENCE;
  }

  /** What goes out in place of the answer. */
  byte[] bend(byte[] reply, HostService service) {
    return switch (kind) {
      case DROP_REPLY -> new byte[0];
      case PARTIAL -> Arrays.copyOf(reply, reply.length / 2);
      case GARBAGE -> {
        byte[] garbage = new byte[reply.length];
        Arrays.fill(garbage, (byte) 0x5A);
        yield garbage;
      }
      case RETURN_CODE -> {
        byte[] bent = reply.clone();
        int at = service.returnCodeOffset();
        boolean four = at == 36 || reply[18] == (byte) 0xF0 || reply[18] == (byte) 0xF1;
        int from = service == HostService.FILE ? 22 : service == HostService.CENTRAL ? 20 : at;
        for (int i = 0; i < (four ? 4 : 2); i++) {
          bent[from + i] = (byte) (code >>> 8 * ((four ? 3 : 1) - i));
        }
        if (service == HostService.DATABASE && four && at == 36 && reply[18] == 0x28) {
          // Without a class the code is none.
          bent[35] = 1;
        }
        yield bent;
      }
      case DROP_REQUEST, SILENCE, DELAY, REFUSAL -> reply;
    };
  }

  /** The connection is of no use after it. */
  boolean ends() {
    return switch (kind) {
      case DROP_REQUEST, DROP_REPLY, PARTIAL, GARBAGE, SILENCE -> true;
      case DELAY, RETURN_CODE, REFUSAL -> false;
    };
  }
}
