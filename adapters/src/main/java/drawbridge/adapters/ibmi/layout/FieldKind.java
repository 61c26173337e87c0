package drawbridge.adapters.ibmi.layout;

import drawbridge.settings.Section;

/** What an API file changes of the kind of a field: booleans, CCSIDs, the most of text. */
record FieldKind(Description description, FieldSettings says) {
  private Section section() {
    Section section = says.section();
    return section == null ? description.section() : section;
  }

  /** What the field is, after the API file has had its say. */
  Kind of(Draft draft, Kind declared) {
    Kind kind = declared;
    if (says.as() != Field.As.DECLARED
        && !(kind instanceof Kind.Packed
            || kind instanceof Kind.Zoned
            || kind instanceof Kind.Binary
            || kind instanceof Kind.Floating)) {
      throw section().wrong("as", "is for numbers only", "remove the key");
    }
    if (says.flag().isPresent()) {
      if (!(kind instanceof Kind.Text text && text.size() == 1) && !(kind instanceof Kind.Flag)) {
        throw section().wrong("boolean", "is for fields of one character only", "remove the key");
      }
      int ccsid = says.ccsid().orElse(description.ccsid());
      kind = new Kind.Flag(says.flag().get().yes(), says.flag().get().no(), ccsid);
    }
    if (says.ccsid().isPresent()) {
      kind = coded(kind);
    }
    if (draft.unbounded && !draft.length.isEmpty()) {
      kind =
          kind instanceof Kind.Text text
              ? new Kind.Text(says.most(), text.ccsid(), text.trim())
              : new Kind.Bytes(says.most());
    }
    return kind;
  }

  private Kind coded(Kind kind) {
    int ccsid = says.ccsid().orElseThrow();
    if (ccsid == HostText.BYTES && kind instanceof Kind.Text text) {
      return new Kind.Bytes(text.size());
    }
    if (HostText.of(ccsid).isEmpty()) {
      throw section()
          .wrong(
              "ccsid",
              "there is no CCSID " + ccsid + " of characters",
              "write one such as 37 or 1208");
    }
    return switch (kind) {
      case Kind.Text text -> new Kind.Text(text.size(), ccsid, text.trim());
      case Kind.Varying text -> new Kind.Varying(text.prefix(), text.most(), ccsid);
      case Kind.Flag flag -> new Kind.Flag(flag.yes(), flag.no(), ccsid);
      default -> throw section().wrong("ccsid", "is for text only", "remove the key");
    };
  }
}
