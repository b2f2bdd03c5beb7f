/** Which bookings stand for what a change would do to many resources. Pure. */

/**
 * At most so many examples: one of each resource before a second of any, what would wait for approval before the rest.
 * @template {{ examples: { fate: string }[] }} Resource
 * @param {Resource[]} looked
 * @param {number} most
 */
export function fewOf(looked, most) {
  const all = looked.flatMap((resource) => resource.examples.map((booking, turn) => ({ resource, booking, turn })));
  const first = (/** @type {{ booking: { fate: string } }} */ each) => (each.booking.fate === "held" ? 0 : 1);
  return all.sort((one, other) => one.turn - other.turn || first(one) - first(other)).slice(0, most);
}
