package drawbridge.documents;

import drawbridge.relay.wire.Contact;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads whom to turn to; addresses that are none count as not said. */
final class Contacts {
  private static final Pattern WEB = Pattern.compile("https?://[A-Za-z0-9./_~%?&=#:-]{3,200}");
  private static final Pattern MAIL = Pattern.compile("[A-Za-z0-9._+-]{1,80}@[A-Za-z0-9.-]{3,80}");

  private Contacts() {}

  /** Null: not all is there that a certified connector must have. */
  static Model.@Nullable Contact of(Contact said) {
    if (said.getName().isBlank()
        || !WEB.matcher(said.getUrl()).matches()
        || !MAIL.matcher(said.getEmail()).matches()) {
      return null;
    }
    List<String> categories =
        said.getCategoriesList().stream()
            .map(Wording::summary)
            .filter(category -> !category.isEmpty())
            .limit(5)
            .toList();
    return new Model.Contact(
        Wording.line(said.getName(), 100),
        said.getUrl(),
        said.getEmail(),
        WEB.matcher(said.getPrivacy()).matches() ? said.getPrivacy() : said.getUrl(),
        categories.isEmpty() ? List.of("Data") : categories);
  }
}
