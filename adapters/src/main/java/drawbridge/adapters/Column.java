package drawbridge.adapters;

/** A column of an operation's rows. */
public record Column(String name, Type type, boolean nullable) {}
