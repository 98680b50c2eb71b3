/** Answers that are always the same, made once: locking what is free then allocates nothing. */
import type { Contended } from "./parties.js";
import type { AddResult, LockResult, TryLockResult, UnlockResult } from "./ports.js";

/** What asking leads to where the task need not wait. */
export type Seizure = Exclude<LockResult, { readonly kind: "waits" }>;

export const taken: Seizure = Object.freeze({ kind: "taken", ownerDied: false });
export const takenFromDead: Seizure = Object.freeze({ kind: "taken", ownerDied: true });
export const alreadyHeld: Seizure = Object.freeze({ kind: "refused", reason: "already-held" });
export const tooManyHeld = (max: number): Seizure =>
  Object.freeze({ kind: "refused", reason: "too-many-held", max });

// There is no holder where a woken waiter has not claimed yet.
const waitsForWoken: LockResult = Object.freeze({ kind: "waits", holder: null });
const busyWithWoken: TryLockResult = Object.freeze({ kind: "busy", holder: null });

export const waits = (resource: Contended): LockResult =>
  resource.holder?.waitsForIt ?? waitsForWoken;

export const busy = (resource: Contended): TryLockResult =>
  resource.holder === null ? busyWithWoken : { kind: "busy", holder: resource.holder.name };

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
