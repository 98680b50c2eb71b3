/** Expectations in words: for reports, where the file they came from is not at hand. */
import { unreachable } from "../kernel/assert.js";
import type { EventPattern, Expectation } from "./scenario.js";

export function describeExpectation(expectation: Expectation): string {
  const event = describePattern(expectation.pattern);
  switch (expectation.kind) {
    case "happens": {
      const who = expectation.by === "target" ? "the target" : expectation.by;
      return `${event} by ${who} within ${expectation.within} us of "${expectation.after}"`;
    }
    case "never":
      return `no ${event} from ${expectation.from} us to ${expectation.until} us`;
    default:
      return unreachable(expectation);
  }
}

function describePattern(pattern: EventPattern): string {
  const { event, sensor, channel, peer, reason } = pattern;
  const subject = channel ?? peer ?? sensor;
  return [event, subject, reason === null ? null : `(${reason})`]
    .filter((part) => part !== null)
    .join(" ");
}
