import assert from "node:assert/strict";
import { test } from "node:test";
import { sameClock } from "./times.js";

const at = (text) => new Date(`${text}Z`);

for (const [one, other, from, to, same] of [
  ["Europe/Zurich", "Europe/Berlin", "2026-01-01T00:00:00", "2026-12-31T00:00:00", true],
  ["Europe/Zurich", "Europe/London", "2026-01-01T09:00:00", "2026-01-01T10:00:00", false],
  ["Europe/Zurich", "Africa/Lagos", "2026-01-12T09:00:00", "2026-01-12T10:00:00", true],
  ["Europe/Zurich", "Africa/Lagos", "2026-03-23T00:00:00", "2026-03-30T00:00:00", false],
  ["Europe/Zurich", "Africa/Lagos", "2026-03-28T23:30:00", "2026-03-29T02:00:00", false],
  ["America/New_York", "America/Toronto", "2026-07-01T00:00:00", "2026-07-02T00:00:00", true],
]) {
  test(`${one} and ${other} ${same ? "show" : "do not show"} the same from ${from} to ${to}`, () => {
    assert.equal(sameClock(at(from), at(to), one, other), same);
  });
}
