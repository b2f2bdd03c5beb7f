import assert from "node:assert/strict";
import { test } from "node:test";

Object.defineProperty(globalThis, "navigator", { value: { languages: ["en-GB"] }, configurable: true });
const { tableOf } = await import("./table.js");

const word = (key) => key;
const place = { id: "t.1", name: "Matterhorn", building: "Zurich HQ", floor: "3", zone: "Europe/Zurich" };
const row = (more) => ({
  place, first: "2026-11-23", last: "2026-11-23", all_day: false, start: "2026-11-23T08:00:00Z",
  end: "2026-11-23T09:00:00Z", private: false, title: "Planning", owner: null, state: "linked", origin: "calendar",
  mapping: "M", event: "E", booking: "B", ...more,
}); // prettier-ignore

/** The cells of the one booking in a file. */
const cell = (more, at) =>
  tableOf([row(more)], word)
    .split("\r\n")[1]
    ?.split(",")[at];

test("times are those of the resource's zone, and lines end as RFC 4180 wants", () => {
  const text = tableOf([row({})], word);
  assert.ok(text.startsWith("\uFEFFrv_csv_day,rv_csv_start,"));
  assert.ok(text.split("\r\n")[1]?.startsWith("2026-11-23,09:00,10:00,2026-11-23,Europe/Zurich,Matterhorn,"));
});

test("quotes, commas and lines of a title stay within its cell", () => {
  const text = tableOf([row({ title: 'Say "yes", or\nno' })], word);
  assert.ok(text.includes('"Say ""yes"", or\nno"'));
});

for (const said of ["=1+1", "+41 44", "-2", "@SUM(A1)", "\t=1", "\r=1"]) {
  test(`a title that a spreadsheet would work out is a text: ${JSON.stringify(said)}`, () => {
    assert.match(tableOf([row({ title: said })], word), new RegExp(`'${said.replace(/[+*()\\]/g, "\\$&")}`));
  });
}

test("of a private booking stands its time and that it is private", () => {
  const more = { private: true, title: "", owner: null };
  assert.equal(cell(more, 8), "private");
  assert.equal(cell(more, 13), "1");
});

test("a booking of whole days has no clock", () => {
  assert.deepEqual([cell({ all_day: true }, 1), cell({ all_day: true }, 2)], ["", ""]);
});
