/** The events of the supervision in words. */
import { unreachable } from "../kernel/assert.js";
import { faultText } from "../watchdog/supervision/fault-text.js";
import type { SupervisionEvent } from "../watchdog/supervision/ports.js";
import type { NodeEvent } from "./events.js";

/** Every kind; the compiler knows when one is missing. */
const supervisionKinds: { readonly [Kind in SupervisionEvent["kind"]]: true } = {
  "supervision-tolerated": true,
  "supervision-failed": true,
  "supervision-restored": true,
  "supervision-stopped": true,
  "supervision-began": true,
  snoozed: true,
  "snooze-ended": true,
  "reboot-began": true,
};

export const isSupervisionEvent = (event: NodeEvent): event is SupervisionEvent =>
  Object.hasOwn(supervisionKinds, event.kind);

const snoozeEnds = {
  time: "the snooze of the watchdog is over",
  person: "was told by a person: the snooze of the watchdog is over",
  reboot: "the snooze of the watchdog is over: the board is to reboot",
} as const;

/** One line, without the node and the time. */
export function supervisionText(event: SupervisionEvent): string {
  switch (event.kind) {
    case "supervision-tolerated":
      return `${event.entity} is not well, which is borne: ${faultText(event.fault)}`;
    case "supervision-failed":
      return `${event.entity} has failed: ${faultText(event.fault)}`;
    case "supervision-restored":
      return `${event.entity} is well again`;
    case "supervision-stopped": {
      const expired = event.entities.filter(({ status }) => status === "expired");
      const names = expired.map(({ entity }) => entity).join(", ");
      return `the watchdog is not petted any more: ${names}`;
    }
    case "supervision-began":
      return "all supervised parts have begun";
    case "snoozed":
      return "was told by a person: the watchdog is petted for a while whatever fails";
    case "snooze-ended":
      return snoozeEnds[event.by];
    case "reboot-began":
      return "was told by a person: the outputs are safe, the watchdog is petted no more";
    default:
      return unreachable(event);
  }
}
