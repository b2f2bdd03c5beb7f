import assert from "node:assert/strict";
import { test } from "node:test";
import { grid } from "./hours.js";

const STRETCH = { from: "2026-11-23T07:00:00.000Z", to: "2026-11-23T10:20:00.000Z" };
const SEVEN = Date.parse(STRETCH.from) / 1000;
const hour = (at, median) => ({ at: `2026-11-23T${at}:00:00.000Z`, count: 1, median, p95: median * 2, slowest: 9 });
const measure = (...hours) => ({ of: "to_platform", count: 2, median: 1, p95: 1, slowest: 9, hours });

test("every hour has its place, and one without a change leaves it open", () => {
  const found = grid(STRETCH, measure(hour("08", 0.4), hour("10", 1)));
  assert.deepEqual(found.at, [SEVEN, SEVEN + 3600, SEVEN + 7200, SEVEN + 10800]);
  assert.deepEqual(found.median, [null, 0.4, null, 1]);
  assert.deepEqual(found.p95, [null, 0.8, null, 2]);
});

test("a single hour is a point among open places", () => {
  assert.deepEqual(
    grid(STRETCH, measure(hour("07", 0.3))).median.filter((each) => each !== null),
    [0.3],
  );
});
