/**
 * Every member's view of every other, as its events tell it. Only what is not `trusted` takes room,
 * for of a thousand members there are a million views.
 */
import { unreachable } from "../../kernel/assert.js";
import type { NodeId } from "../../kernel/ids.js";
import type { Instant } from "../../kernel/time.js";
import type { MembershipEvent, MembershipOutput } from "../../membership/ports.js";
import type { FleetOnlooker } from "./fleet.js";

/** `given-up`: unreachable, dead, left or forgotten. */
export type Regard = "trusted" | "suspected" | "given-up";

export interface ViewChange {
  readonly at: Instant;
  readonly viewer: NodeId;
  readonly subject: NodeId;
  readonly from: Regard;
  readonly to: Regard;
}

export class FleetViews implements FleetOnlooker<MembershipOutput> {
  readonly #rows = new Map<NodeId, Map<NodeId, Regard>>();
  readonly #listeners: ((change: ViewChange) => void)[] = [];

  /** Is told each change after it was made, in the order of the calls of this. */
  onChange(listener: (change: ViewChange) => void): void {
    this.#listeners.push(listener);
  }

  regard(viewer: NodeId, subject: NodeId): Regard {
    return this.#rows.get(viewer)?.get(subject) ?? "trusted";
  }

  output(at: Instant, viewer: NodeId, output: MembershipOutput): void {
    if (output.kind !== "event") return;
    const told = regardIn(output.event);
    if (told === null) return;
    const { subject, to } = told;
    const from = this.regard(viewer, subject);
    if (from === to) return;
    this.#set(viewer, subject, to);
    for (const listener of this.#listeners) listener({ at, viewer, subject, from, to });
  }

  /** Its machine is gone, and what it thought with it; nobody is told. */
  forget(viewer: NodeId): void {
    this.#rows.delete(viewer);
  }

  #set(viewer: NodeId, subject: NodeId, regard: Regard): void {
    const row = this.#rows.get(viewer) ?? new Map<NodeId, Regard>();
    this.#rows.set(viewer, row);
    if (regard === "trusted") row.delete(subject);
    else row.set(subject, regard);
  }
}

function regardIn(event: MembershipEvent): { subject: NodeId; to: Regard } | null {
  switch (event.kind) {
    case "member-joined":
    case "member-replaced":
    case "member-returned":
      return { subject: event.member, to: "trusted" };
    case "member-suspected":
      return { subject: event.member, to: "suspected" };
    case "member-unreachable":
    case "member-died":
    case "member-left":
    case "member-forgotten":
      return { subject: event.member, to: "given-up" };
    case "member-moved":
    case "leader-changed":
    case "accusation-refuted":
    case "verdicts-suspended":
    case "identity-lost":
    case "view-full":
      return null;
    default:
      return unreachable(event);
  }
}
