package drawbridge.adapters;

/**
 * How a source was when it was last needed.
 *
 * @param available nothing has failed since it was last reached
 * @param detail a sentence that is safe outside the agent
 */
public record SourceState(String name, boolean available, String detail) {}
