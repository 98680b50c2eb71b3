/**
 * The paths of a cluster: how often the replicas report by which of them they hear one another, and
 * how long a silence is borne. A lost path is no emergency, for the frames go by the others: it is
 * told later than a silent peer is suspected, and so hardly ever by mistake.
 */
import { reportsLostMax } from "../detection/paths/path-watch.js";
import type { PathOptions } from "../detection/paths/peer-paths.js";
import { type Duration, micros } from "../kernel/time.js";
import type { Timing } from "./settings.js";

/** The path of a cluster that has one, and the first of every other. */
export const firstPath = "udp";

/** UDP between the second addresses of a config. */
export const secondPath = "udp2";

/** By the serial lines of a config. */
export const serialPathName = "serial";

const heartbeatsPerReport = 6;

/**
 * As many as the word of a peer lasts: of a peer that has died, what it last said of us is too old
 * when its silence is noticed, and we do not say that it hears us still. And a detector need not
 * beat to everybody: then reports are all that shows that a path carries, and some are lost.
 */
const reportsPerSilence = reportsLostMax + 1;

export const pathReportEvery = ({ heartbeat }: Timing): Duration =>
  micros(heartbeatsPerReport * heartbeat);

/** @param names of all paths, in the same order at every replica; `firstPath` is the first */
export function pathsOf(names: readonly string[], timing: Timing): readonly PathOptions[] {
  const silence = reportsPerSilence * pathReportEvery(timing);
  const silenceMax = micros(Math.max(silence, timing.suspectAfter));
  return names.map((name) => ({ name, silenceMax }));
}
