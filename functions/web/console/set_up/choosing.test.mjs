import assert from "node:assert/strict";
import { test } from "node:test";
import { buildingsOf, narrowed, roomsOf } from "./choosing.js";

const found = (name, building, linked = null) => ({
  address: `${name.toLowerCase().replaceAll(" ", ".")}@contoso.example`,
  name,
  kind: "room",
  building,
  floor: "1",
  capacity: 4,
  linked,
});
const FOUND = [found("Room 10", "West"), found("Room 9", "West"), found("Eiger", "East", "t.1")];

test("rooms stand by building and then as people count", () => {
  assert.deepEqual(
    roomsOf(FOUND, []).map((each) => each.name),
    ["Eiger", "Room 9", "Room 10"],
  );
  assert.deepEqual(buildingsOf(FOUND), ["East", "West"]);
});

test("a list adds rooms, and says more of those that were found", () => {
  const listed = [
    { line: 2, address: "ROOM.9@contoso.example", platform: "r9", facts: { building: "South" } },
    { line: 3, address: "hidden@contoso.example", platform: "", facts: {} },
  ];
  const rooms = roomsOf(FOUND, listed);
  const nine = rooms.find((each) => each.name === "Room 9");
  assert.equal(rooms.length, 4);
  assert.deepEqual([nine?.platform, nine?.building, nine?.capacity], ["r9", "South", 4]);
});

test("each word of a search has to occur, and a building leaves its own", () => {
  const names = (search, building) => narrowed(roomsOf(FOUND, []), search, building).map((each) => each.name);
  assert.deepEqual(names("room west", ""), ["Room 9", "Room 10"]);
  assert.deepEqual(names("room east", ""), ["Eiger"]);
  assert.deepEqual(names("", "West"), ["Room 9", "Room 10"]);
  assert.deepEqual(names("basement", ""), []);
});
