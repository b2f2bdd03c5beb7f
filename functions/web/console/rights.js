/**
 * What whoever looks may do, asked once: what the app would refuse is not offered. Where it cannot be told who is
 * calling everything is offered, and the app itself refuses.
 */

import { call } from "../kit/api.js";

/** @type {Promise<boolean> | undefined} */
let asked;
let operates = true;

/** Whether orders are offered. */
export const mayOrder = () => operates;

/** Learns what may be done, and draws again where that is less than was offered. @param {() => void} draw */
export async function learnRights(draw) {
  asked ??= call("me").then(
    ({ roles }) => roles.includes("Operator"),
    () => {
      asked = undefined;
      return true;
    },
  );
  operates = await asked;
  if (!operates) draw();
}
