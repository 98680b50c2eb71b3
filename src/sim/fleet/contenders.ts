/**
 * Every detector as it takes part in a comparison. SWIM comes twice: as published, and with
 * Lifeguard's additions. The others have the same membership above them as SWIM with Lifeguard,
 * but for those in which each member has one watcher: no second one could confirm its suspicion,
 * and to wait for it would only make them slow.
 */
import type { DetectorKind } from "../../detection/detector.js";
import { detectors } from "../../detection/detectors.js";
import { type Contender, plainSuspicions } from "./study.js";

/** The name under which the config knows the probing detector. */
const probing = "swim";

const watchedByOne: readonly string[] = ["central", "ring"];

export const contenders: ReadonlyMap<string, Contender> = new Map(
  [...detectors.values()].flatMap(contendersOf).map((contender) => [contender.name, contender]),
);

function contendersOf(kind: DetectorKind): Contender[] {
  const { name } = kind;
  if (name !== probing) {
    const membership = watchedByOne.includes(name) ? plainSuspicions : {};
    return [{ name, kind, lifeguard: false, membership }];
  }
  return [
    { name, kind, lifeguard: false, membership: plainSuspicions },
    { name: `${name}-lifeguard`, kind, lifeguard: true, membership: {} },
  ];
}
