/**
 * Which rooms are to be linked: those that discovery found and those of a pasted list, less those that are linked
 * already. Pure.
 */

/**
 * A room that may be chosen; `linked` is the resource that it is already.
 * @typedef {object} Room
 * @property {string} address
 * @property {string} name
 * @property {string} kind
 * @property {string} building
 * @property {string} floor
 * @property {number | null} capacity
 * @property {string | null} linked
 * @property {string} [platform]
 * @property {Record<string, string | number>} [facts] what a list says of it, which goes before what the directory says
 */

/**
 * Everything that can be chosen, by building and name.
 * @param {any[]} candidates as discovery gives them
 * @param {import("./pasted.js").Listed[]} listed
 * @returns {Room[]}
 */
export function roomsOf(candidates, listed) {
  /** @type {Map<string, Room>} */
  const rooms = new Map(candidates.map((each) => [each.address.toLowerCase(), { ...each }]));
  for (const { address, platform, facts } of listed) {
    const found = rooms.get(address.toLowerCase());
    rooms.set(address.toLowerCase(), {
      ...(found ?? { address, name: "", kind: "", building: "", floor: "", capacity: null, linked: null }),
      ...facts,
      platform: platform || undefined,
      facts,
    });
  }
  return [...rooms.values()].sort(
    (one, other) =>
      one.building.localeCompare(other.building) ||
      named(one).localeCompare(named(other), undefined, { numeric: true }),
  );
}

/** What a room is called. @param {{ name: string, address: string }} room */
export const named = (room) => room.name || room.address;

/**
 * The rooms that a search and a building leave; each word of the search has to occur somewhere.
 * @param {Room[]} rooms
 * @param {string} search
 * @param {string} building "" means all
 */
export function narrowed(rooms, search, building) {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  return rooms.filter((each) => {
    if (building && each.building !== building) return false;
    const said = [each.name, each.address, each.building, each.floor, each.kind].join(" ").toLowerCase();
    return words.every((word) => said.includes(word));
  });
}

/** The buildings of rooms, each once. @param {Room[]} rooms */
export const buildingsOf = (rooms) => [...new Set(rooms.map((each) => each.building).filter(Boolean))].sort();
