package drawbridge.adapters;

/** How prominently a connector's designer shows a thing. */
public enum Visibility {
  NORMAL,
  /** Shown first. */
  IMPORTANT,
  /** Shown on demand. */
  ADVANCED,
  /** Not shown. */
  INTERNAL
}
