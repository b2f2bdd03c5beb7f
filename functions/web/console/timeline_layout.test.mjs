import assert from "node:assert/strict";
import { test } from "node:test";
import { hoursOf, lanesOf, moved, stretchOn, wall } from "./timeline_layout.js";

const ZURICH = "Europe/Zurich";
const timed = (start, end) => ({ all_day: false, start: `${start}Z`, end: `${end}Z` });
const days = (start, end) => ({ all_day: true, start, end });
const part = (when, day, zone = ZURICH) => {
  const found = stretchOn(when, day, zone);
  return found && [found.from, found.until];
};

test("a booking stands where the wall clock of the resource's zone has it", () => {
  const nine = timed("2026-11-23T08:00:00", "2026-11-23T09:30:00");
  assert.deepEqual(part(nine, "2026-11-23"), [540, 630]);
  assert.deepEqual(part(nine, "2026-11-23", "America/New_York"), [180, 270]);
  assert.equal(part(nine, "2026-11-24"), undefined);
});

test("a booking over midnight stands on both days and goes on", () => {
  const late = timed("2026-11-23T22:00:00", "2026-11-24T01:00:00");
  assert.deepEqual(stretchOn(late, "2026-11-23", ZURICH), { from: 1380, until: 1440, before: false, after: true });
  assert.deepEqual(stretchOn(late, "2026-11-24", ZURICH), { from: 0, until: 120, before: true, after: false });
});

test("what ends at midnight does not stand on the next day", () => {
  assert.equal(part(timed("2026-11-23T20:00:00", "2026-11-23T23:00:00"), "2026-11-24"), undefined);
});

test("whole days are dates in every zone, the end exclusive", () => {
  const two = days("2026-11-23", "2026-11-25");
  assert.deepEqual(
    ["2026-11-22", "2026-11-23", "2026-11-24", "2026-11-25"].map((day) => part(two, day, "Pacific/Kiritimati")),
    [undefined, [0, 1440], [0, 1440], undefined],
  );
});

test("the day on which clocks go back has no booking that ends before it starts", () => {
  const found = stretchOn(timed("2026-10-25T00:30:00", "2026-10-25T01:15:00"), "2026-10-25", ZURICH);
  assert.ok(found && found.until >= found.from);
});

test("what lies on each other takes lanes, and what follows takes the first free one", () => {
  const { lanes, count } = lanesOf([
    { from: 540, until: 600 },
    { from: 570, until: 630 },
    { from: 600, until: 660 },
  ]);
  assert.deepEqual([lanes, count], [[0, 1, 0], 2]);
});

test("two that take no time at the same minute do not hide each other", () => {
  const { count } = lanesOf([
    { from: 600, until: 600 },
    { from: 600, until: 600 },
  ]);
  assert.equal(count, 2);
});

test("the axis shows a working day and every hour in which something stands", () => {
  assert.deepEqual(hoursOf([]), { first: 7, last: 19 });
  assert.deepEqual(
    hoursOf([
      { from: 330, until: 400 },
      { from: 1200, until: 1230 },
      { from: 0, until: 1440 },
    ]),
    { first: 5, last: 21 },
  );
});

test("days are counted over the ends of months", () => {
  assert.equal(moved("2026-02-28", 1), "2026-03-01");
  assert.deepEqual(wall(new Date("2026-11-23T23:30:00Z"), ZURICH), { day: "2026-11-24", minute: 30 });
});
