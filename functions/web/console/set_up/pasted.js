/**
 * Reads a list of rooms as people paste it: from a spreadsheet, a CSV file, or one address in each line. Each line
 * becomes a room or a mistake that says what is wrong in it; no line is lost. Pure.
 */

import papaparse from "papaparse";

/**
 * A room of the list. `line` counts from 1, with the heading.
 * @typedef {{ line: number, address: string, platform: string, facts: Record<string, string | number> }} Listed
 */

/**
 * What is wrong in a line: a key of words, and what fills its places.
 * @typedef {{ line: number, said: string, wrong: string, places: Record<string, string | number> }} Mistake
 */

/** What a column may be called; the first is the name of the fact. Without a heading the columns stand in this order. */
const COLUMNS = [
  ["address", "mailbox", "mail", "email", "e-mail", "primarysmtpaddress", "adresse", "postfach"],
  ["platform", "platform id", "platform_id", "plattform", "plateforme", "id"],
  ["building", "gebäude", "bâtiment", "batiment"],
  ["floor", "etage", "étage", "stock", "stockwerk"],
  ["capacity", "seats", "kapazität", "plätze", "capacité", "places"],
  ["name", "displayname", "display name", "nom"],
  ["zone", "time zone", "timezone", "zeitzone", "fuseau"],
];
const USUAL = COLUMNS.map((names) => names[0] ?? "");

const ADDRESS = /^[^\s@<>()[\],;:/?#%\\"]+@[^\s@<>()[\],;:/?#%\\"]+$/;
const PLATFORM = /^[A-Za-z0-9._~-]{1,128}$/;
const LARGEST = 100_000;

/**
 * Reads a list. `taken` tells of addresses, in small letters, that are linked already.
 * @param {string} text
 * @param {ReadonlySet<string>} [taken]
 * @returns {{ rooms: Listed[], mistakes: Mistake[] }}
 */
export function readList(text, taken = new Set()) {
  const { data, errors } = papaparse.parse(text.replace(/^\uFEFF/, ""));
  const broken = new Set(errors.filter((each) => each.type === "Quotes").map((each) => each.row));
  const columns = headings(data[0] ?? []);
  /** @type {Listed[]} */
  const rooms = [];
  /** @type {Mistake[]} */
  const mistakes = [];
  /** @type {Map<string, number>} */
  const seen = new Map();
  data.forEach((cells, place) => {
    const line = place + 1;
    if ((columns && place === 0) || cells.every((cell) => !cell.trim())) return;
    const found = broken.has(place) ? { wrong: "su_wrong_quotes" } : readLine(cells, columns ?? USUAL);
    if ("wrong" in found) {
      mistakes.push({ line, said: cells.join(", "), places: {}, ...found });
      return;
    }
    const key = found.address.toLowerCase();
    const earlier = seen.get(key);
    if (earlier) mistakes.push({ line, said: found.address, wrong: "su_wrong_twice", places: { earlier } });
    else if (taken.has(key)) mistakes.push({ line, said: found.address, wrong: "su_wrong_linked", places: {} });
    else rooms.push({ line, ...found });
    seen.set(key, earlier ?? line);
  });
  return { rooms, mistakes };
}

/**
 * The facts that a heading names, in its order; undefined where the first line is no heading. A column that is not
 * known has no name and is passed over.
 * @param {string[]} cells
 */
function headings(cells) {
  const named = cells.map((cell) => COLUMNS.find((names) => names.includes(cell.trim().toLowerCase()))?.[0] ?? "");
  return named.includes("address") && !cells.some((cell) => cell.includes("@")) ? named : undefined;
}

/**
 * @param {string[]} cells
 * @param {string[]} columns
 * @returns {Omit<Listed, "line"> | { wrong: string, places?: Record<string, string | number> }}
 */
function readLine(cells, columns) {
  /** @type {Record<string, string>} */
  const given = {};
  columns.forEach((name, place) => {
    const value = (cells[place] ?? "").trim();
    if (name && value) given[name] = value;
  });
  const { address = "", platform = "", capacity, ...facts } = given;
  if (!address) return { wrong: "su_wrong_no_address" };
  if (!ADDRESS.test(address)) return { wrong: "su_wrong_address", places: { address } };
  if (platform && !PLATFORM.test(platform)) return { wrong: "su_wrong_platform", places: { platform } };
  if (capacity === undefined) return { address, platform, facts };
  if (!/^\d{1,6}$/.test(capacity) || Number(capacity) > LARGEST)
    return { wrong: "su_wrong_capacity", places: { capacity } };
  return { address, platform, facts: { ...facts, capacity: Number(capacity) } };
}
