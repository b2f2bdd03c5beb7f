import assert from "node:assert/strict";
import { test } from "node:test";

Object.defineProperty(globalThis, "navigator", { value: { languages: ["en-GB"] }, configurable: true });
const { added, lastWeeks, perResource } = await import("./use.js");

const of = (building, week, resources, hours) => ({ building, week, resources, used: 1, bookings: 2, hours });

test("pages are added up by building and week", () => {
  const sum = added([
    { use: [of("West", "2026-11-16", 10, 100), of("East", "2026-11-16", 1, 3)], unread: 0 },
    { use: [of("West", "2026-11-16", 10, 50), of("West", "2026-11-09", 10, 5)], unread: 2 },
  ]);
  assert.deepEqual(sum.weeks, ["2026-11-09", "2026-11-16"]);
  assert.deepEqual(sum.buildings.get("West")?.get("2026-11-16"), { resources: 20, used: 2, bookings: 4, hours: 150 });
  assert.equal(sum.unread, 2);
  assert.equal(perResource({ resources: 20, used: 2, bookings: 4, hours: 150 }), 7.5);
  assert.equal(perResource({ resources: 0, used: 0, bookings: 0, hours: 0 }), 0);
});

for (const now of ["2026-11-23T12:00:00Z", "2026-11-29T12:00:00Z"]) {
  test(`the last eight weeks end with last Sunday, asked at ${now}`, () => {
    assert.deepEqual(lastWeeks(new Date(now)), { from: "2026-09-28T15:00:00.000Z", to: "2026-11-22T09:00:00.000Z" });
  });
}
