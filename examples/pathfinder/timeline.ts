/** What happened, in words: one line an event, for a person and for the evidence. */
import type { ExecutiveEvent } from "../../src/scheduling/executive/events.js";
import type { EvidenceRecord } from "../../src/watchdog/evidence.js";

/** Null for what is not worth a line. */
export function entryOf(event: ExecutiveEvent): string | null {
  const { task } = event;
  switch (event.kind) {
    case "started":
      return `${task} begins`;
    case "finished":
      return `${task} is done, ${(event.response / 1_000).toFixed(0)} ms after its release`;
    case "blocked":
      return `${task} waits for the ${event.on}, which ${event.holder ?? "nobody"} holds`;
    case "unblocked":
      return `${task} has the ${event.on}`;
    case "priority-changed":
      return `${task} runs at priority ${event.to} instead of ${event.from}`;
    case "deadline-missed":
      return `${task} MISSES ITS DEADLINE`;
    case "failed":
      return `${task} FAILS: ${String(event.error)}`;
    default:
      return null;
  }
}

/** Who is to blame, as whoever finds the craft restarted reads it. */
export function evidenceLines({ entities, tasks }: EvidenceRecord): readonly string[] {
  const faults = entities.map(({ entity, fault }) => `${entity}: ${fault ?? "no fault"}`);
  const standings = tasks.map(({ task, state, base, effective, holds, waitsFor }) => {
    const held = holds.length === 0 ? "" : `, holds ${holds.join(", ")}`;
    const awaited = waitsFor === null ? "" : `, waits for ${waitsFor}`;
    return `${task}: ${state}, priority ${base}, runs at ${effective}${held}${awaited}`;
  });
  return [...faults, ...standings];
}
