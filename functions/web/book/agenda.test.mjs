import assert from "node:assert/strict";
import { test } from "node:test";
import { agenda } from "./agenda.js";

const at = (time) => new Date(`2026-11-23T${time}:00Z`);
const taken = (start, end, what = "booking") => ({
  all_day: false,
  start: `2026-11-23T${start}:00Z`,
  end: `2026-11-23T${end}:00Z`,
  what,
  title: "",
  private: false,
});
const told = (lines) =>
  lines.map((each) => `${each.what} ${each.start.toISOString().slice(11, 16)}-${each.end.toISOString().slice(11, 16)}`);
const [FIRST, LAST] = [at("00:00"), new Date("2026-11-24T00:00:00Z")];

test("what is free lies between what is taken", () => {
  const lines = agenda([taken("09:00", "10:00"), taken("12:00", "13:00", "mine")], FIRST, LAST, FIRST);
  assert.deepEqual(told(lines), [
    "free 00:00-09:00",
    "booking 09:00-10:00",
    "free 10:00-12:00",
    "mine 12:00-13:00",
    "free 13:00-00:00",
  ]);
});

test("what is over is not free, and bookings that touch leave nothing between", () => {
  const lines = agenda([taken("09:00", "10:00"), taken("10:00", "11:00")], FIRST, LAST, at("10:30"));
  assert.deepEqual(told(lines), ["booking 09:00-10:00", "booking 10:00-11:00", "free 11:00-00:00"]);
});

test("bookings at the same time, and one within another, take their time once", () => {
  const lines = agenda([taken("09:00", "12:00"), taken("09:30", "10:00")], FIRST, at("12:00"), FIRST);
  assert.deepEqual(told(lines), ["free 00:00-09:00", "booking 09:00-12:00", "booking 09:30-10:00"]);
});

test("whole days and what comes from the day before fill the day from its first moment", () => {
  const whole = { ...taken("00:00", "00:00"), all_day: true, start: "2026-11-22", end: "2026-11-25" };
  assert.deepEqual(told(agenda([whole], FIRST, LAST, FIRST)), ["booking 00:00-00:00"]);
});
