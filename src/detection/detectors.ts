/** All failure detectors by name: what the config and `holdfast compare detector` choose from. */
import type { DetectorKind } from "./detector.js";
import { gossipTable } from "./gossip/gossip.js";
import { allToAll } from "./heartbeat/all-to-all.js";
import { central } from "./heartbeat/central.js";
import { ring } from "./heartbeat/ring.js";
import { phiAccrual } from "./phi-accrual/phi-accrual.js";
import { pingAck } from "./ping-ack/ping-ack.js";
import { swimProbing } from "./swim/swim-probing.js";

/** In the order of README.md. */
const all: readonly DetectorKind[] = [
  pingAck,
  allToAll,
  central,
  ring,
  gossipTable,
  phiAccrual,
  swimProbing,
];

export const detectors: ReadonlyMap<string, DetectorKind> = new Map(
  all.map((kind) => [kind.name, kind]),
);
