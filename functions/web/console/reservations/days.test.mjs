import assert from "node:assert/strict";
import { test } from "node:test";

// The kit asks the browser for its languages.
Object.defineProperty(globalThis, "navigator", { value: { languages: ["en-GB"] }, configurable: true });
const { daysOf, later, ownDays, windowOf } = await import("./days.js");

test("days are counted over months, leap days and changes of the clock", () => {
  assert.equal(later("2028-02-28", 1), "2028-02-29");
  assert.equal(later("2026-10-25", 1), "2026-10-26");
  assert.deepEqual(daysOf("2026-11-23", "week"), { first: "2026-11-23", until: "2026-11-30" });
  assert.deepEqual(daysOf("2026-11-23", "year"), { first: "2026-05-24", until: "2027-05-25" });
});

test("the stretch that is asked for holds the day of every zone", () => {
  assert.deepEqual(windowOf({ first: "2026-11-23", until: "2026-11-24" }), {
    from: "2026-11-22T10:00:00.000Z",
    to: "2026-11-24T12:00:00.000Z",
  });
});

test("a booking lies on the days of its resource's zone", () => {
  const late = { all_day: false, start: "2026-11-23T23:30:00Z", end: "2026-11-24T00:30:00Z" };
  assert.deepEqual(ownDays(late, "Europe/Zurich"), { first: "2026-11-24", last: "2026-11-24" });
  assert.deepEqual(ownDays(late, "America/New_York"), { first: "2026-11-23", last: "2026-11-23" });
  assert.deepEqual(ownDays(late, "UTC"), { first: "2026-11-23", last: "2026-11-24" });
});

test("what ends at midnight does not touch the next day, nor does a whole day", () => {
  const until = { all_day: false, start: "2026-11-23T21:00:00Z", end: "2026-11-23T23:00:00Z" };
  assert.equal(ownDays(until, "Europe/Zurich").last, "2026-11-23");
  assert.deepEqual(ownDays({ all_day: true, start: "2026-11-23", end: "2026-11-25" }, "Europe/Zurich"), {
    first: "2026-11-23",
    last: "2026-11-24",
  });
});
