/** Answers that are always the same, made once: locking what is free then allocates nothing. */
import type { AddResult, LockResult, TryLockResult, UnlockResult } from "./ports.js";

export const taken = Object.freeze({ kind: "taken", ownerDied: false } as const);
export const takenFromDead = Object.freeze({ kind: "taken", ownerDied: true } as const);
/** Behind a woken waiter that has not claimed yet: there is no holder. */
export const waitsForWoken: LockResult = Object.freeze({ kind: "waits", holder: null });
export const busyWithWoken: TryLockResult = Object.freeze({ kind: "busy", holder: null });
export const alreadyHeld = Object.freeze({ kind: "refused", reason: "already-held" } as const);

export const wakesNobody: UnlockResult = Object.freeze({ kind: "unlocked", woken: null });
export const notHeld: UnlockResult = Object.freeze({ kind: "refused", reason: "not-held" });
export const heldByAnother: UnlockResult = Object.freeze({
  kind: "refused",
  reason: "held-by-another",
});

export const added: AddResult = Object.freeze({ kind: "added" });
export const nameTaken: AddResult = Object.freeze({ kind: "refused", reason: "name-taken" });
export const tooMany = (max: number): AddResult =>
  Object.freeze({ kind: "refused", reason: "too-many", max });
