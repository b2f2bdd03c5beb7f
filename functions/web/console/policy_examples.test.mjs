import assert from "node:assert/strict";
import { test } from "node:test";
import { fewOf } from "./policy_examples.js";

const of = (name, ...fates) => ({ name, examples: fates.map((fate, at) => ({ fate, at })) });
const named = (few) => few.map(({ resource, booking }) => `${resource.name}${booking.at}`);

test("each resource is heard once before one is heard twice", () => {
  const looked = [of("A", "runs", "runs", "runs"), of("B"), of("C", "runs", "runs")];
  assert.deepEqual(named(fewOf(looked, 4)), ["A0", "C0", "A1", "C1"]);
});

test("what would wait for approval is shown before what would run", () => {
  assert.deepEqual(named(fewOf([of("A", "runs"), of("B", "held")], 5)), ["B0", "A0"]);
});

test("of nothing there is no example", () => {
  assert.deepEqual(fewOf([of("A"), of("B")], 5), []);
});
