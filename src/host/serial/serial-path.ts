/**
 * The serial lines of a replica as one path beside UDP: to each peer by the line on which it is. A
 * line that is not there yet, or no more, is opened again for ever, wherever its device is then.
 */
import type { NodeId } from "../../kernel/ids.js";
import type { Duration } from "../../kernel/time.js";
import { serialPathName } from "../../node/path-settings.js";
import type { FurtherPath } from "../live-paths.js";
import { type LineOptions, StreamLink } from "../stream-link.js";
import { isPortThere } from "./find-port.js";
import { type LinePlan, rankBy } from "./line-plan.js";
import { openSerialPort } from "./open-serial-port.js";
import { systemPorts } from "./port-view.js";
import { bytesPerSecondOf, linesOf, type SerialLine } from "./serial-lines.js";

export interface SerialPathOptions {
  readonly self: NodeId;
  /** Of the cluster. */
  readonly lines: readonly SerialLine[];
  /** By line, what goes by it. */
  readonly plans: ReadonlyMap<string, LinePlan>;
  /** A device that vanishes is noticed within twice this time. */
  readonly heartbeat: Duration;
}

export function serialPath(options: SerialPathOptions): FurtherPath {
  const { self } = options;
  const own = linesOf(options.lines, self).map((line) => lineOptions(line, options));
  return {
    name: serialPathName,
    peers: own.flatMap(({ peers }) => peers),
    connect: (onDatagram, onTrouble) => {
      for (const { name } of own) tellHeldBack(options.plans.get(name), onTrouble);
      return StreamLink.open({ self, lines: own, onDatagram, onTrouble });
    },
  };
}

/** Once, at the start: the plan does not change. */
function tellHeldBack(plan: LinePlan | undefined, onTrouble: (trouble: object) => void): void {
  const classes = plan?.classes.filter(({ goes }) => !goes).map(({ name }) => name) ?? [];
  if (classes.length > 0) onTrouble({ kind: "line-too-slow", line: plan?.line, heldBack: classes });
}

function lineOptions(line: SerialLine, options: SerialPathOptions): LineOptions {
  const { self, plans, heartbeat } = options;
  const { name, baudRate, ports } = line;
  const path = ports.get(self) ?? "";
  const plan = plans.get(name);
  return {
    name,
    port: path,
    peers: [...ports.keys()].filter((node) => node !== self),
    open: () => openSerialPort({ path, baudRate, watchEvery: heartbeat }),
    isThere: () => isPortThere(path, systemPorts),
    bytesPerSecond: bytesPerSecondOf(line),
    ...(plan === undefined ? {} : { rankOf: rankBy(plan) }),
  };
}
