/** Expectations in words: for reports, where the file they came from is not at hand. */
import { unreachable } from "../kernel/assert.js";
import type { EventPattern, Expectation } from "./scenario.js";

export function describeExpectation(expectation: Expectation): string {
  const event = describePattern(expectation.pattern);
  switch (expectation.kind) {
    case "happens": {
      const who = expectation.by === "target" ? "the target" : expectation.by;
      return `${event} by ${who} within ${inSeconds(expectation.within)} of "${expectation.after}"`;
    }
    case "never":
      return `no ${event} from ${inSeconds(expectation.from)} to ${inSeconds(expectation.until)}`;
    default:
      return unreachable(expectation);
  }
}

/** Times of a run in seconds, as short as they are exact: `0.1 s`. */
export const inSeconds = (us: number): string => `${us / 1_000_000} s`;

function describePattern(pattern: EventPattern): string {
  const { event, sensor, channel, peer, reason, path, direction } = pattern;
  const subject = channel ?? peer ?? sensor;
  const by = path === null ? null : `by ${path}`;
  return [event, subject, by, direction, reason === null ? null : `(${reason})`]
    .filter((part) => part !== null)
    .join(" ");
}
