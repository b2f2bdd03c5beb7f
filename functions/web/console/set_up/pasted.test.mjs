import assert from "node:assert/strict";
import { test } from "node:test";
import { readList } from "./pasted.js";

/** @param {string} text @param {ReadonlySet<string>} [taken] */
const wrong = (text, taken) => readList(text, taken).mistakes.map(({ line, wrong }) => [line, wrong]);

test("one address in each line is a list", () => {
  assert.deepEqual(
    readList("eiger@contoso.example\r\n\r\nmatterhorn@contoso.example\n").rooms.map(({ line, address }) => [
      line,
      address,
    ]),
    [
      [1, "eiger@contoso.example"],
      [3, "matterhorn@contoso.example"],
    ],
  );
});

test("what a spreadsheet copies is a list, with headings in any order and language", () => {
  const { rooms, mistakes } = readList("Kapazität\tPostfach\tNotiz\tPlattform\n8\teiger@contoso.example\tx\troom-7\n");
  assert.deepEqual(mistakes, []);
  assert.deepEqual(rooms, [{ line: 2, address: "eiger@contoso.example", platform: "room-7", facts: { capacity: 8 } }]);
});

test("without a heading the columns are address, platform, building", () => {
  const [room] = readList('eiger@contoso.example;room-7;"Zurich; HQ"').rooms;
  assert.deepEqual(room?.facts, { building: "Zurich; HQ" });
});

test("each line that cannot be used is told with its number, and the others are kept", () => {
  const text = [
    "address,platform,capacity",
    ",room-1,4",
    "not an address,,",
    "eiger@contoso.example,room 7,",
    "hudson@contoso.example,,many",
    "bryant@contoso.example,,",
    "BRYANT@contoso.example,,",
    "linked@contoso.example,,",
  ].join("\n");
  assert.deepEqual(wrong(text, new Set(["linked@contoso.example"])), [
    [2, "su_wrong_no_address"],
    [3, "su_wrong_address"],
    [4, "su_wrong_platform"],
    [5, "su_wrong_capacity"],
    [7, "su_wrong_twice"],
    [8, "su_wrong_linked"],
  ]);
  assert.deepEqual(
    readList(text).rooms.map(({ address }) => address),
    ["bryant@contoso.example", "linked@contoso.example"],
  );
});

test("a quote that is not closed is told", () => {
  assert.deepEqual(wrong('address,building\neiger@contoso.example,"Zurich'), [[2, "su_wrong_quotes"]]);
});
