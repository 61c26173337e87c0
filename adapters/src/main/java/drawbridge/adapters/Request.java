package drawbridge.adapters;

import java.util.Map;

/**
 * Who calls, and what came with the call beyond its arguments; immutable.
 *
 * @param caller attributes of the authenticated caller by name, for filters that use them: {@code
 *     subject, user, app, tenant, …}; absent: not known
 * @param headers by lower-case name: {@code if-match, if-none-match, idempotency-key, prefer}
 * @param options the query options that begin with {@code $}, with it, and {@code page}
 * @param url of this call as its connector sees it, without the query: what a {@code nextLink}
 *     begins with
 */
public record Request(
    Map<String, String> caller,
    Restrictions restrictions,
    Map<String, String> headers,
    Map<String, String> options,
    String url,
    PageSeal seal) {
  /** Of nobody, with nothing; it has no pages. */
  public static final Request NONE =
      new Request(Map.of(), Restrictions.NONE, Map.of(), Map.of(), "", new Unpaged());

  public Request {
    caller = Map.copyOf(caller);
    headers = Map.copyOf(headers);
    options = Map.copyOf(options);
  }

  /**
   * Makes page tokens that only the agents of this site can read, and only for this caller and
   * operation. Thread-safe.
   */
  public interface PageSeal {
    /** Text that may stand in a URL. */
    String seal(byte[] position);

    /**
     * The position in it.
     *
     * @throws FaultException INVALID_ARGUMENT where the token is not one of this caller and
     *     operation
     */
    byte[] open(String token) throws FaultException;

    /**
     * A keyed hash for {@link Restrictions.Mask#HASH}, the same for every caller and on all agents
     * of the site; text of hex digits.
     */
    String hash(byte[] value);
  }

  private record Unpaged() implements PageSeal {
    @Override
    public String seal(byte[] position) {
      throw new IllegalStateException("this request has no pages");
    }

    @Override
    public byte[] open(String token) throws FaultException {
      throw Fault.argument("page", "There is no such page.").thrown();
    }

    @Override
    public String hash(byte[] value) {
      throw new IllegalStateException("this request has no key");
    }
  }
}
