package drawbridge.agent.console;

/** What all pages have in common. */
final class Page {
  private Page() {}

  /** A page of somebody who has signed in. */
  static Html of(String title, String at, Status status, Html main) {
    return frame(
        title,
        Html.of(
            "<a class=skip href='#main'>Skip to the content</a><header><div class=bar><h1>{}<span class=soft>/</span>{}</h1> {}<nav aria-label=Pages><a href='/' {}>Overview</a> <a href='/audit' {}>Audit</a></nav><form method=post action='/sign-out'><button>Sign out</button></form></div></header>",
            status.site(),
            status.agent(),
            status.ok()
                ? Html.of("<span class='pill good' id=well>✓ all is well</span>")
                : Html.of(
                    "<span class='pill bad' id=well>✗ {}</span>",
                    status.troubles().size() == 1
                        ? "1 trouble"
                        : status.troubles().size() + " troubles"),
            current(at.equals("overview")),
            current(at.equals("audit"))),
        main,
        Html.of(
            "<footer>Drawbridge {}. What you look at here is recorded in the audit log.</footer>",
            status.version()));
  }

  private static Html current(boolean is) {
    return is ? Html.of("aria-current=page") : Html.of("");
  }

  static Html signIn(String problem) {
    return frame(
        "Sign in",
        Html.of("<header><div class=bar><h1>Drawbridge agent</h1></div></header>"),
        Html.of(
            "<section class='sheet narrow'><h2>Sign in</h2>{}<form method=post action='/sign-in'><label for=token>Token</label><input id=token name=token type=password autocomplete=current-password autofocus required><p class=soft>It is in the file that <code>console.token-file</code> of <code>agent.yaml</code> names.</p><button class=first>Sign in</button></form></section>",
            problem.isEmpty()
                ? Html.of("")
                : Html.of("<p class=notice role=alert>{}</p>", problem)),
        Html.of(""));
  }

  static Html message(String title, String what) {
    return frame(
        title,
        Html.of("<header><div class=bar><h1>Drawbridge agent</h1></div></header>"),
        Html.of(
            "<section class='sheet narrow'><h2>{}</h2><p>{}</p><p><a href='/'>To the overview</a></p></section>",
            title,
            what),
        Html.of(""));
  }

  private static Html frame(String title, Html header, Html main, Html footer) {
    return Html.of(
        "<!DOCTYPE html><html lang=en><head><meta charset=utf-8><meta name=viewport content='width=device-width, initial-scale=1'><meta name=color-scheme content='light dark'><title>{} · Drawbridge</title><link rel=icon href='/icon.svg'><link rel=stylesheet href='/console.css'><script src='/console.js' defer></script></head><body>{}<main id=main tabindex=-1>{}</main>{}</body></html>",
        title,
        header,
        main,
        footer);
  }
}
