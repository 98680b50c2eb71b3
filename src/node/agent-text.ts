/** The events of an agent in words: one line, without the time. */
import { evidenceLine } from "../membership/case-text.js";
import { membershipEventText } from "../membership/event-text.js";
import type { AgentEvent } from "./agent-events.js";

export function agentEventText(event: AgentEvent): string {
  switch (event.kind) {
    case "started":
      return `started, boot ${event.bootId}`;
    case "member-joined":
      return `${membershipEventText(event)}${fromText(event.address)}`;
    case "member-suspected": {
      const saw = event.evidence === null ? "" : `: ${evidenceLine(event.evidence)}`;
      return `${membershipEventText(event)}${saw}`;
    }
    case "peer-suspected":
      return `does not hear ${event.peer}: ${evidenceLine(event.evidence)}`;
    case "peer-trusted":
      return `hears ${event.peer} again`;
    case "refused":
    case "old-boot-heard":
      return datagramText(event);
    default:
      return membershipEventText(event);
  }
}

type Datagrams = Extract<AgentEvent, { readonly kind: "refused" | "old-boot-heard" }>;

function datagramText(event: Datagrams): string {
  const { count, origin } = event;
  const source = event.source ?? "nobody known";
  const datagrams = count === 1 ? "a datagram" : `${count} datagrams`;
  const lead = `refused ${datagrams} of ${source}${fromText(origin)}`;
  if (event.kind === "refused") return `${lead}: ${event.reason}`;
  const known = event.knownBootId === null ? "" : ` (${event.knownBootId})`;
  return (
    `${lead}: of boot ${event.bootId}, older than the one known${known}; ` +
    "its clock and boot file may be lost, or somebody sends copies"
  );
}

const fromText = (address: string | null): string => (address === null ? "" : ` from ${address}`);
