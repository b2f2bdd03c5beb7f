/**
 * The words of a page in the viewer's language. All of them come from one file, `shared/app/messages.toml`; nothing is
 * worded in a script. A word that is missing shows its key, so that it is seen.
 */

const CHOSEN = "lockstep.language";
const USUAL = "en";

/** @type {Record<string, string>} */
let known = {};
let tongue = USUAL;

/** The two letters of the language that the page speaks. */
export const language = () => tongue;

/**
 * The locale by which dates and numbers are written: the viewer's own where it is of the page's language, so that
 * somebody in Switzerland reads a Swiss date.
 */
export const locale = () => navigator.languages.find((each) => each.slice(0, 2) === tongue) ?? tongue;

/**
 * Loads the words of a face: in the language of `?lang=` or chosen earlier, else in the viewer's, else in English.
 * @param {Record<string, () => Promise<{ default: Record<string, string> }>>} by
 */
export async function speak(by) {
  const asked = new URLSearchParams(location.search).get("lang") ?? localStorage.getItem(CHOSEN);
  const wanted = [...(asked ? [asked] : []), ...navigator.languages].map((each) => each.slice(0, 2).toLowerCase());
  tongue = wanted.find((each) => each in by) ?? USUAL;
  const load = by[tongue];
  if (load) known = (await load()).default;
  document.documentElement.lang = tongue;
}

/**
 * Keeps a language for this browser, and shows the page in it.
 * @param {string} chosen
 */
export function choose(chosen) {
  localStorage.setItem(CHOSEN, chosen);
  location.reload();
}

/**
 * Gives the words of a key with its places filled in. With a `count`, the key ending in `_one` is taken where the
 * language says "one".
 * @param {string} key
 * @param {Record<string, string | number>} [places]
 */
export function word(key, places = {}) {
  const one = "count" in places && new Intl.PluralRules(tongue).select(Number(places.count)) === "one";
  const text = (one ? known[`${key}_one`] : undefined) ?? known[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in places ? shown(places[name]) : whole));
}

/** Tells whether there are words for a key. @param {string} key */
export const worded = (key) => key in known;

/** What people call a kind of resource; one that has no words is told as it was given. @param {string} kind */
export const kindName = (kind) => (worded(`kind_${kind}`) ? word(`kind_${kind}`) : kind);

/** @param {string | number | undefined} value */
const shown = (value) => (typeof value === "number" ? new Intl.NumberFormat(locale()).format(value) : (value ?? ""));
