/** What the watch over the paths says, as outputs of the node. */
import type { PathWatchOutput } from "../detection/paths/path-watch.js";
import { unreachable } from "../kernel/assert.js";
import type { Outgoing } from "./outgoing.js";
import type { NodeOutput } from "./ports.js";
import type { Reception } from "./reception.js";

export function pathOutputs(
  output: PathWatchOutput,
  outgoing: Outgoing,
  reception: Reception,
): readonly NodeOutput[] {
  switch (output.kind) {
    case "send-report":
      return outgoing.broadcast("paths", output.body);
    case "refused":
      return [{ kind: "report", event: reception.refuse("bad-paths", output.from) }];
    case "watch-refused":
      // Nobody is watched but the seats of the roster, and they have room.
      return [];
    case "path-lost":
    case "direction-changed":
    case "path-restored":
    case "peer-whole":
    case "peer-degraded":
    case "peer-cut":
      return [{ kind: "report", event: output }];
    default:
      return unreachable(output);
  }
}
