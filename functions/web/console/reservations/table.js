/**
 * Bookings as a file for a spreadsheet (RFC 4180): times in the resource's zone, nothing of a private one but its time.
 * A text that a spreadsheet would take for a formula is written as a text. Pure.
 */

import papaparse from "papaparse";
import { clockOf } from "./days.js";

/** Begins with what tells spreadsheets that the file is UTF-8. */
const MARK = "\uFEFF";

/** Columns in their order: the key of the heading's words is `rv_csv_` and the name. */
const COLUMNS = [
  "day", "start", "end", "last_day", "zone", "resource", "building", "floor", "title", "owner", "address",
  "state", "origin", "private", "mapping", "event", "booking", "resource_id",
]; // prettier-ignore

/**
 * @param {import("./reading.js").Row[]} rows
 * @param {(key: string) => string} word
 */
export function tableOf(rows, word) {
  const fields = COLUMNS.map((name) => word(`rv_csv_${name}`));
  return MARK + papaparse.unparse({ fields, data: rows.map((each) => cells(each, word)) }, { escapeFormulae: true });
}

/** @param {import("./reading.js").Row} row @param {(key: string) => string} word */
function cells(row, word) {
  const { place, owner } = row;
  const times = row.all_day ? ["", ""] : [row.start, row.end].map((at) => clockOf(at, place.zone));
  return [
    row.first, ...times, row.last, place.zone, place.name, place.building, place.floor,
    row.private ? word("private") : row.title, owner?.name ?? "", owner?.address ?? "",
    word(`rv_state_${row.state}`), row.origin ? word(`rv_origin_${row.origin}`) : "", row.private ? "1" : "0",
    row.mapping ?? "", row.event ?? "", row.booking ?? "", place.id,
  ]; // prettier-ignore
}
