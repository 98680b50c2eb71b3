/** How the watchdog of a replica stands, in words: for `status` and `watchdog status`. */
import type { Instant } from "../../kernel/time.js";
import type { NodeStatus } from "../../node/status.js";
import type { EntityStanding } from "../../watchdog/supervision/entity.js";
import { faultText } from "../../watchdog/supervision/fault-text.js";
import type { GlobalStatus } from "../../watchdog/supervision/ports.js";
import type { Paint, Tone } from "../terminal.js";

const globalTones: Readonly<Record<GlobalStatus, Tone>> = {
  ok: "good",
  failed: "warning",
  expired: "bad",
  stopped: "bad",
};

/** The global status, whether the dog is petted, and what a person said. */
export function dogStateText({ dog, at }: NodeStatus, paint: Paint): string {
  const { global, mode, pets, snoozedUntil, rebooting } = dog;
  const petted = pets ? paint("good", "petted") : paint("bad", "not petted");
  const snoozed = snoozedUntil === null ? [] : [paint("warning", snoozeText(snoozedUntil, at))];
  const reboots = rebooting ? [paint("warning", "waits for the reboot")] : [];
  return [paint(globalTones[global], global), mode, petted, ...snoozed, ...reboots].join(", ");
}

const snoozeText = (until: Instant, at: Instant): string =>
  `snoozed for ${((until - at) / 1e6).toFixed(0)} s more`;

/** Who is not well, by which rule; or all of them, where all are. */
export function entitiesText(entities: readonly EntityStanding[], paint: Paint): string {
  const unwell = entities.filter(({ fault }) => fault !== null);
  if (unwell.length === 0) {
    return entities.map(({ entity, status }) => `${entity} ${status}`).join(", ");
  }
  return unwell.map((one) => entityText(one, paint)).join("; ");
}

export function entityText({ entity, status, fault }: EntityStanding, paint: Paint): string {
  const tone = status === "expired" ? "bad" : "warning";
  return fault === null
    ? `${entity} ${status}`
    : paint(tone, `${entity} ${status}: ${faultText(fault)}`);
}
