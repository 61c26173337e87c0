// Without this script all works too; with it a page that shows how things stand keeps doing so.
"use strict";
const live = () => document.querySelector("[data-live]");
const every = () => (document.querySelector("[data-running]") ? 1000 : 5000);
async function again() {
  try {
    const busy = live().contains(document.activeElement);
    if (!document.hidden && !busy) {
      const answer = await fetch(location.href, { cache: "no-store", signal: AbortSignal.timeout(10000) });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (answer.status === 401) {
        location.assign("/");
        return;
      }
      for (const what of ["[data-live]", "#well"]) {
        const fresh = page.querySelector(what);
        const old = document.querySelector(what);
        if (answer.ok && fresh && old) {
          old.replaceWith(fresh);
        }
      }
      document.body.classList.remove("stale");
    }
  } catch {
    document.body.classList.add("stale");
  }
  setTimeout(again, every());
}
if (live()) {
  setTimeout(again, every());
}
document.body.dataset.ready = "";
