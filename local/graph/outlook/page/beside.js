/** The right side: the app's own booking page in a frame, opened with the key that this page was opened with. */

import { found, make } from "./build.js";
import * as platform from "./platform.js";

export function showBookingPage() {
  const into = found("platform");
  if (!platform.isKnown()) {
    const words = "Open this page by the address that `make run` prints: it names the app and its key.";
    into.replaceChildren(make("p", { className: "empty" }, words));
    return;
  }
  into.replaceChildren(make("iframe", { src: platform.bookingPage, title: "The app's booking page" }));
  const link = found("open");
  link.setAttribute("href", platform.bookingPage);
  link.hidden = false;
}
