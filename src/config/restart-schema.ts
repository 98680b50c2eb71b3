/**
 * The section `restarts` of `holdfast.yaml`: what a replica does about its own boot loop. See
 * src/watchdog/restart.
 */
import { duration, mapping, whole } from "./schema-parts.js";

/** As many as the journal of starts can tell from fewer, less one. */
const limitMax = 15;

const limit = (description: string, fallback: string) =>
  whole(`a whole number from 1 to ${limitMax}`, 1, limitMax, { description, fallback });

export const restarts = mapping({
  watchdogMax: limit("Safe mode begins at so many bites of a watchdog in quick succession.", "3"),
  panicMax: limit("The same for panics of the kernel.", "3"),
  crashMax: limit("The same for crashes of the replica.", "3"),
  killedMax: limit("The same for a process that was killed, or ran out of memory.", "5"),
  backOff: duration(
    "How long a start waits after the second such end for one reason; it doubles from there.",
    "1s",
  ),
  backOffMax: duration("The longest that a start waits.", "30s"),
  healthyAfter: duration("A replica that ran for so long is forgiven what was before.", "5m"),
}).partial();
