/** What happens in a group, in words: one line, without the time. */
import { unreachable } from "../kernel/assert.js";
import { caseLine, duration } from "./case-text.js";
import type { MemberEvent, MembershipEvent } from "./ports.js";

export function membershipEventText(event: MembershipEvent): string {
  switch (event.kind) {
    case "leader-changed":
      return event.leader === null ? "nobody is known to lead" : `${event.leader} leads`;
    case "accusation-refuted":
      return `was accused by ${event.by}, and has refuted (incarnation ${event.incarnation})`;
    case "verdicts-suspended":
      return `was itself late by ${duration(event.by)}: its verdicts wait`;
    case "identity-lost": {
      const where = event.address === null ? "" : ` at ${event.address}`;
      return `somebody else has this name, in the newer life ${event.life}${where}; is silent now`;
    }
    case "view-full":
      return `${event.member} was not let in: the view is full`;
    default:
      return memberEventText(event);
  }
}

function memberEventText(event: MemberEvent): string {
  const { member } = event;
  switch (event.kind) {
    case "member-joined":
      return `${member} joined`;
    case "member-replaced":
      return `${member} is back in a new life (${event.life} after ${event.formerLife})`;
    case "member-moved":
      return `${member} moved to ${event.address} from ${event.formerAddress ?? "nowhere known"}`;
    case "member-suspected":
      return `${member} is suspected by ${event.accuser}`;
    case "member-returned":
      return `${member} is back: it has refuted, and is ${event.former} no more`;
    case "member-unreachable":
      return `${member} is unreachable: ${caseLine(event.case)}`;
    case "member-died":
      return `${member} is dead: ${caseLine(event.case)}`;
    case "member-left":
      return `${member} left`;
    case "member-forgotten":
      return `${member} is forgotten: its tombstone has expired`;
    default:
      return unreachable(event);
  }
}
