/** What goes into the supervision and what comes out of it. */
import type { Duration, Instant } from "../../kernel/time.js";
import type { EntityEvidence } from "../evidence.js";
import type { EntitySettings, EntityStanding } from "./entity.js";
import type { RestorationLimit } from "./restorations.js";
import type { FlowRule, RuleFault } from "./rules.js";

export interface SupervisionOptions {
  readonly now: Instant;
  /** Each once, at least one: a dog that is petted for nothing guards nothing. */
  readonly entities: readonly EntitySettings[];
  /** Rules across entities. */
  readonly flows: readonly FlowRule[];
  /** The first one is that of the start. */
  readonly modes: readonly string[];
  /**
   * How long pets go on while an entity is expired, for what must be saved before the dog bites
   * (AUTOSAR: ExpiredSupervisionCycleTol). 0: the patience of the device is time enough.
   */
  readonly expiredMax: Duration;
  readonly restorations: RestorationLimit;
  /** Time between pets: well below the timeout of the device. */
  readonly petPeriod: Duration;
  /** A person may suspend the withholding of pets for so long at once. */
  readonly snoozeMax: Duration;
}

/** A person's word to the watchdog. What makes no sense is ignored: ask `whyNot` before. */
export type DogCommand =
  /** Suspends the withholding of pets for so long; 0 ends a snooze. */
  | { readonly kind: "snooze"; readonly length: Duration }
  /** Pet once more and never again, outputs first safe. It cannot be taken back. */
  | { readonly kind: "reboot" };

/**
 * `too-long`: beyond the longest snooze. `not-snoozed`: there is no snooze to end. `rebooting`: a
 * reboot was asked for, and nothing can be done about it.
 */
export type DogRefusal = "too-long" | "not-snoozed" | "rebooting";

export type SupervisionInput =
  /** The entity is one of those in the options: another is a bug of ours. */
  | { readonly kind: "checkpoint"; readonly entity: string; readonly checkpoint: string }
  /** Of one entity, or, null, of the whole. */
  | { readonly kind: "init-complete"; readonly entity: string | null }
  /** Another mode, one of those in the options. */
  | { readonly kind: "mode"; readonly mode: string }
  | DogCommand;

export type SupervisionEvent =
  /** A rule was broken, and is borne. */
  | {
      readonly kind: "supervision-tolerated";
      readonly entity: string;
      readonly fault: RuleFault;
    }
  /** More than is borne: the entity is expired. */
  | {
      readonly kind: "supervision-failed";
      readonly entity: string;
      readonly fault: RuleFault;
      readonly evidence: EntityEvidence;
    }
  /** An expired entity is well again. */
  | { readonly kind: "supervision-restored"; readonly entity: string }
  /** There are no pets from now until all entities are restored. Tells of all, who is to blame. */
  | { readonly kind: "supervision-stopped"; readonly entities: readonly EntityEvidence[] }
  /** No entity is waited for any more. */
  | { readonly kind: "supervision-began" }
  | { readonly kind: "snoozed"; readonly until: Instant }
  | { readonly kind: "snooze-ended"; readonly by: "time" | "person" | "reboot" }
  /** There will be one more pet, and then no more. */
  | { readonly kind: "reboot-began" };

export type SupervisionOutput =
  | { readonly kind: "pet" }
  /** All outputs into their safe states, before the next output of this step is carried out. */
  | { readonly kind: "make-safe" }
  | SupervisionEvent;

/** AUTOSAR's global supervision status; who waits for an entity to begin is `ok`. */
export type GlobalStatus = "ok" | "failed" | "expired" | "stopped";

export interface SupervisionStatus {
  readonly global: GlobalStatus;
  readonly mode: string;
  /** Whether the dog is petted now. */
  readonly pets: boolean;
  /** Null while nobody has asked for it. */
  readonly snoozedUntil: Instant | null;
  readonly rebooting: boolean;
  /** In the order of the options. */
  readonly entities: readonly EntityStanding[];
}
