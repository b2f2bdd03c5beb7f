import assert from "node:assert/strict";
import { test } from "node:test";
import { dayIn, daysAfter, instant, onGrid, timeIn, told } from "./wall.js";

const ZURICH = "Europe/Zurich";

test("a time of day is the instant at which the clock of the zone shows it", () => {
  assert.equal(told(instant("2026-11-23", "09:30", ZURICH)), "2026-11-23T08:30:00Z");
  assert.equal(told(instant("2026-07-01", "09:30", ZURICH)), "2026-07-01T07:30:00Z");
  assert.equal(told(instant("2026-11-23", "09:30", "America/Los_Angeles")), "2026-11-23T17:30:00Z");
  assert.equal(told(instant("2026-11-23", "00:00", "Pacific/Auckland")), "2026-11-22T11:00:00Z");
});

test("of two equal times of the night in which the clock is put back the first is meant", () => {
  assert.equal(told(instant("2026-10-25", "02:30", ZURICH)), "2026-10-25T00:30:00Z");
});

test("a time that the clock leaves out is as far behind the gap", () => {
  assert.equal(told(instant("2026-03-29", "02:30", ZURICH)), "2026-03-29T01:30:00Z");
});

test("what the clock shows leads back to the instant", () => {
  for (const zone of [ZURICH, "Asia/Kolkata", "UTC", "America/St_Johns"]) {
    const at = new Date("2026-06-05T22:45:00Z");
    assert.equal(instant(dayIn(at, zone), timeIn(at, zone), zone).getTime(), at.getTime());
  }
});

test("days go on over months, moments to the next quarter of an hour", () => {
  assert.equal(daysAfter("2026-02-27", 2), "2026-03-01");
  assert.equal(told(onGrid(new Date("2026-11-23T09:01:00Z"), 15)), "2026-11-23T09:15:00Z");
  assert.equal(told(onGrid(new Date("2026-11-23T09:15:00Z"), 15)), "2026-11-23T09:15:00Z");
});
