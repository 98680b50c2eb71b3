/** The answers that carry nothing of their own: made once, so that the usual ways allocate none. */
import type { Refused, Reply } from "./requests.js";

export const done: Reply = Object.freeze({ kind: "done" });
export const acquired: Reply = Object.freeze({ kind: "acquired" });
export const busy: Reply = Object.freeze({ kind: "busy" });
export const timedOut: Reply = Object.freeze({ kind: "timed-out", ownerDied: false });
const timedOutFromDead: Reply = Object.freeze({ kind: "timed-out", ownerDied: true });
const signalled: Reply = Object.freeze({ kind: "signalled", ownerDied: false });
const signalledFromDead: Reply = Object.freeze({ kind: "signalled", ownerDied: true });
export const cancelled: Refused = Object.freeze({ kind: "refused", reason: "cancelled" });
export const notHeld: Refused = Object.freeze({ kind: "refused", reason: "not-held" });
export const heldByAnother: Refused = Object.freeze({
  kind: "refused",
  reason: "held-by-another",
});

export const signalledAnswer = (ownerDied: boolean): Reply =>
  ownerDied ? signalledFromDead : signalled;

export const timedOutAnswer = (ownerDied: boolean): Reply =>
  ownerDied ? timedOutFromDead : timedOut;
