package drawbridge.adapters.ibmi.layout;

import drawbridge.settings.Section;

/**
 * What a copybook itself can't say.
 *
 * @param section for messages
 * @param record the level 01 to take; empty: the only one
 * @param graphic CCSID of {@code PIC G}; 0: not said
 */
record CopybookSettings(Section section, String record, Form form, Comp comp, int graphic) {
  /** Where the text of a line begins and ends. */
  enum Form {
    /** Fixed where every line looks so. */
    AUTO,
    FIXED,
    FREE
  }

  /** What COMP without a number means. */
  enum Comp {
    UNKNOWN,
    PACKED,
    BINARY
  }

  static CopybookSettings read(Section section) {
    int graphic = section.integer("graphic", 1, HostText.BYTES - 1, 0);
    if (graphic > 0 && !HostText.of(graphic).map(HostText::pairs).orElse(false)) {
      throw section.wrong(
          "graphic", "is no CCSID of two bytes a character", "write one such as 300 or 1200");
    }
    return new CopybookSettings(
        section,
        section.text("record", ""),
        section.choice("format", Form.class, Form.AUTO),
        section.choice("comp", Comp.class, Comp.UNKNOWN),
        graphic);
  }
}
