import assert from "node:assert/strict";
import { test } from "node:test";
import { later } from "./later.js";

const at = (clock) => `2026-11-23T${clock}:00.000Z`;
const booking = (start, end) => ({ booking: start, start: at(start), end: at(end), all_day: false, title: "T" });
const DOOR = {
  zone: "Europe/Zurich",
  now: at("08:00"),
  state: "free",
  until: at("09:00"),
  current: null,
  next: booking("09:00", "10:00"),
  day: [booking("09:00", "10:00"), booking("10:00", "11:00"), booking("13:00", "14:00")],
  closed: [{ start: at("17:00"), end: at("23:00") }],
  can_book: { minutes: [15], until: null },
  can_end: true,
};
const seen = (clock) => later(DOOR, new Date(at(clock)));

test("a booking begins although nobody can be asked", () => {
  const found = seen("09:00");
  assert.deepEqual([found.state, found.current?.start, found.until], ["taken", at("09:00"), at("11:00")]);
});

test("it ends, and the room is free until the next one", () => {
  const found = seen("11:00");
  assert.deepEqual([found.state, found.current, found.until], ["free", null, at("13:00")]);
});

test("ten minutes before the next one it is free for a little", () => {
  assert.equal(seen("12:50").state, "soon");
  assert.equal(seen("12:49").state, "free");
});

test("it closes", () => {
  assert.deepEqual([seen("17:00").state, seen("17:00").until], ["closed", at("23:00")]);
});

test("nothing is offered of which nobody knows whether it can be done", () => {
  const found = seen("12:00");
  assert.deepEqual([found.can_book, found.can_end, found.check_in], [null, false, null]);
});

test("of another day of the room nothing is known", () => {
  const found = seen("23:00");
  assert.deepEqual([found.state, found.next, found.day], ["unknown", null, []]);
});
