/** Events of a group in words, for people: in logs, in the demo, of an agent. */
import { unreachable } from "../kernel/assert.js";
import type { Duration } from "../kernel/time.js";
import type { MemberEvent, MembershipEvent } from "./ports.js";

/** One line, without the node that tells it and the time. */
export function membershipEventText(event: MembershipEvent): string {
  switch (event.kind) {
    case "leader-changed":
      return event.leader === null ? "knows of no leader" : `trusts ${event.leader} as leader`;
    case "accusation-refuted":
      return `was accused by ${event.by}, and refutes with incarnation ${event.incarnation}`;
    case "verdicts-suspended":
      return `was late by ${ms(event.by)} itself, and judges nobody for as long`;
    case "identity-lost":
      return `gives way: another ${whereText(event.address)} lives under this name since ${event.life}`;
    case "view-full":
      return `does not let ${event.member} in: the view is full`;
    default:
      return memberText(event);
  }
}

const ms = (us: Duration): string => `${(us / 1_000).toFixed(1)} ms`;

const whereText = (address: string | null): string =>
  address === null ? "board" : `board at ${address}`;

function memberText(event: MemberEvent): string {
  const { member } = event;
  switch (event.kind) {
    case "member-joined":
      return `sees ${member} join`;
    case "member-replaced":
      return `sees ${member} in a new life`;
    case "member-moved":
      return `finds ${member} at ${event.address}`;
    case "member-suspected":
      return `hears that ${event.accuser} suspects ${member}`;
    case "member-returned":
      return `sees ${member} return: it was ${event.former}`;
    case "member-unreachable":
      return `holds ${member} for unreachable${becauseText(event)}`;
    case "member-died":
      return `gives ${member} up for dead${becauseText(event)}`;
    case "member-left":
      return `sees ${member} leave`;
    case "member-forgotten":
      return `forgets ${member}`;
    default:
      return unreachable(event);
  }
}

type Verdict = Extract<MemberEvent, { readonly kind: "member-unreachable" | "member-died" }>;

function becauseText({ case: file }: Verdict): string {
  const first = file.accusations[0];
  return first === undefined ? "" : `: first suspected by ${first.accuser}`;
}
