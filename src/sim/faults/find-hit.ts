/** From an action of a scenario to the fault that is about to happen. */
import { unreachable } from "../../kernel/assert.js";
import type { Prng } from "../../kernel/prng.js";
import type { Cluster } from "../cluster.js";
import type { FaultAction } from "../scenario.js";
import { corruptCommands, corruptSamples, swapSamples } from "./corruption.js";
import { bitRot, diskFull, diskLies, diskReadOnly, diskStall } from "./disk-faults.js";
import { findLinks, findTarget, type Hit } from "./hit.js";
import { partition, worseNetwork } from "./link-faults.js";
import { clockRate, crash, hang, muteBoard, pause, silence, slow } from "./node-faults.js";
import { faultySensor, faultyVoter, twoFaced } from "./value-faults.js";

type NodeAction = Exclude<FaultAction, { kind: "partition" } | { kind: "network" }>;

/** Null while there is nobody to hit. */
export function findHit(cluster: Cluster, action: FaultAction, dice: Prng): Hit | null {
  if (action.kind === "partition" || action.kind === "network") {
    const selected = findLinks(cluster, action, dice);
    if (selected === null) return null;
    return action.kind === "partition"
      ? partition(cluster, selected)
      : worseNetwork(cluster, selected, action.model);
  }
  return findNodeHit(cluster, action, dice);
}

function findNodeHit(cluster: Cluster, action: NodeAction, dice: Prng): Hit | null {
  const node = findTarget(cluster, action.node, dice);
  if (node === null) return null;
  switch (action.kind) {
    case "crash":
      return crash(cluster, node);
    case "silence":
      return silence(cluster, node);
    case "pause":
      return pause(cluster, node, action.inStep);
    case "slow":
      return slow(cluster, node, action.perStep);
    case "hang":
      return hang(cluster, node);
    case "mute-board":
      return muteBoard(cluster, node);
    case "clock-rate":
      return clockRate(cluster, node, action.ratePpm);
    case "sensor":
      return faultySensor(cluster, node, action.sensor, action.fault, dice);
    case "two-faced":
      return twoFaced(cluster, node, action.sensor, action.spread, dice);
    case "voter":
      return faultyVoter(cluster, node, action.sensor, action.offset);
    case "corrupt-samples":
      return corruptSamples(cluster, node, action.sensor);
    case "swap-samples":
      return swapSamples(cluster, node, action.sensor, action.other);
    case "corrupt-commands":
      return corruptCommands(cluster, node, action.output);
    case "disk-full":
      return diskFull(cluster, node);
    case "disk-read-only":
      return diskReadOnly(cluster, node);
    case "disk-stall":
      return diskStall(cluster, node);
    case "disk-lies":
      return diskLies(cluster, node);
    case "bit-rot":
      return bitRot(cluster, node);
    default:
      return unreachable(action);
  }
}
