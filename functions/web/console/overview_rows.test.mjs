import assert from "node:assert/strict";
import { test } from "node:test";
import { chosen, counted, valuesOf } from "./overview_rows.js";

const made = (name, state, more = {}) => ({
  id: name,
  name,
  address: `${name}@contoso.example`.toLowerCase(),
  building: "Headquarters",
  kind: "room",
  floor: "2",
  state,
  conflicts: 0,
  ...more,
});
const compared = new Intl.Collator("en", { numeric: true }).compare;
const anything = { text: "", building: "", kind: "", state: "" };
const names = (wanted, ...all) => chosen(all, { ...anything, ...wanted }, compared).map((each) => each.name);

test("open conflicts and held steps stand first, then what fails, what is being linked, what is in step", () => {
  const all = [
    made("A", "in step"),
    made("B", "linking"),
    made("C", "failing"),
    made("D", "held"),
    made("E", "in step", { conflicts: 2 }),
    made("F", "paused"),
  ];
  assert.deepEqual(names({}, ...all), ["D", "E", "C", "B", "A", "F"]);
});

test("of one rank the names are in the order of people, not of letters", () => {
  assert.deepEqual(names({}, made("Room 10", "in step"), made("Room 9", "in step")), ["Room 9", "Room 10"]);
});

test("every word that is searched for has to be found, in name, address, building or floor", () => {
  const all = [made("Eiger", "in step"), made("Mönch", "in step", { building: "Annex" })];
  assert.deepEqual(names({ text: "  annex MÖN " }, ...all), ["Mönch"]);
  assert.deepEqual(names({ text: "contoso" }, ...all), ["Eiger", "Mönch"]);
  assert.deepEqual(names({ text: "eiger annex" }, ...all), []);
});

test("a kind that is chosen shows its resources alone, and counts them alone", () => {
  const all = [made("Eiger", "in step"), made("Van 1", "in step", { kind: "equipment" })];
  assert.deepEqual([names({ kind: "equipment" }, ...all), names({ kind: "room" }, ...all)], [["Van 1"], ["Eiger"]]);
  assert.deepEqual(counted(all, { ...anything, kind: "equipment" }), { "": 1, "in step": 1 });
});

test("what is unlinked is shown only where it is asked for", () => {
  const all = [made("Eiger", "unlinked", { conflicts: 1 }), made("Mönch", "in step")];
  assert.deepEqual(names({}, ...all), ["Mönch"]);
  assert.deepEqual(names({ state: "conflict" }, ...all), []);
  assert.deepEqual(names({ state: "unlinked" }, ...all), ["Eiger"]);
});

test("the counts are those of what is searched for, whatever state is chosen", () => {
  const all = [made("Eiger", "held", { conflicts: 1 }), made("Mönch", "in step"), made("Jungfrau", "unlinked")];
  assert.deepEqual(counted(all, { ...anything, state: "held" }), {
    "": 2,
    held: 1,
    "in step": 1,
    conflict: 1,
    unlinked: 1,
  });
  assert.deepEqual(counted(all, { ...anything, text: "mönch" }), { "": 1, "in step": 1 });
});

test("a building is offered once and nothing is no building", () => {
  const all = [made("A", "held", { building: "" }), made("B", "held"), made("C", "held")];
  assert.deepEqual(valuesOf(all, "building"), ["Headquarters"]);
});
