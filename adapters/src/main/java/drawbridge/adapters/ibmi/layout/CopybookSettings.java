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
    return read(section, new CopybookSettings(section, "", Form.AUTO, Comp.UNKNOWN, 0));
  }

  /**
   * What the section says, and the others where it is silent.
   *
   * @param otherwise its record is never taken
   */
  static CopybookSettings read(Section section, CopybookSettings otherwise) {
    int graphic = section.integer("graphic", 1, HostText.BYTES - 1, otherwise.graphic);
    if (graphic > 0 && !HostText.of(graphic).map(HostText::pairs).orElse(false)) {
      throw section.wrong(
          "graphic", "is no CCSID of two bytes a character", "write one such as 300 or 1200");
    }
    return new CopybookSettings(
        section,
        section.text("record", ""),
        section.choice("format", Form.class, otherwise.form),
        section.choice("comp", Comp.class, otherwise.comp),
        graphic);
  }
}
