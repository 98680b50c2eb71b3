/** The events of paths in words. */
import type { Direction } from "../detection/paths/directions.js";
import type { PathOutput } from "../detection/paths/peer-paths.js";
import { unreachable } from "../kernel/assert.js";
import type { NodeEvent } from "./events.js";

/** Every kind; the compiler knows when one is missing. */
const pathKinds: { readonly [Kind in PathOutput["kind"]]: true } = {
  "path-lost": true,
  "direction-changed": true,
  "path-restored": true,
  "peer-whole": true,
  "peer-degraded": true,
  "peer-cut": true,
};

export const isPathEvent = (event: NodeEvent): event is PathOutput =>
  Object.hasOwn(pathKinds, event.kind);

const directionTexts: Readonly<Record<Direction, string>> = {
  both: "both ways work",
  "in-only": "it is heard, and does not hear us",
  "out-only": "it hears us, and is not heard",
  none: "neither way works",
  unknown: "what it hears is not known",
};

/** One line, without the node and the time. */
export function pathText(event: PathOutput): string {
  const { peer } = event;
  switch (event.kind) {
    case "path-lost":
      return `lost the path ${event.path} to ${peer}: ${directionTexts[event.direction]}`;
    case "direction-changed":
      return `the lost path ${event.path} to ${peer}: ${directionTexts[event.direction]}`;
    case "path-restored":
      return `the path ${event.path} to ${peer} works again`;
    case "peer-whole":
      return `reaches ${peer} by all paths`;
    case "peer-degraded":
      return `reaches ${peer} by fewer paths than before`;
    case "peer-cut":
      return `is cut off from ${peer}: no path works both ways`;
    default:
      return unreachable(event);
  }
}
