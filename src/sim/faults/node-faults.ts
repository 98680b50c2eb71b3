/** Faults of whole nodes: crash, silence, pause, slowness, hanging, a wrong clock. */
import type { NodeId } from "../../kernel/ids.js";
import { type Duration, micros } from "../../kernel/time.js";
import type { Cluster } from "../cluster.js";
import type { Effect } from "../effect.js";
import { between, later, never, type TrueTime } from "../true-time.js";
import { type Hit, nothing } from "./hit.js";

type Begin = Hit["begin"];

const hitNode = (node: NodeId, begin: Begin): Hit => ({
  nodes: [node],
  channels: [],
  links: [],
  begin,
});

export function crash(cluster: Cluster, id: NodeId): Hit {
  return hitNode(id, (effect, until) => {
    const { now } = cluster.world;
    const node = cluster.world.node(id);
    if (node.up) effect.note(now);
    node.crash({ kind: "crash" }, until === null ? null : between(now, until));
    return nothing;
  });
}

export function silence(cluster: Cluster, id: NodeId): Hit {
  return hitNode(id, (effect, until) => {
    cluster.world.node(id).deafen(until ?? never, effect);
    return nothing;
  });
}

export function pause(cluster: Cluster, id: NodeId, inStep: boolean): Hit {
  return hitNode(id, (effect, until) => {
    cluster.world.node(id).pause(until ?? never, effect, inStep);
    return nothing;
  });
}

export function hang(cluster: Cluster, id: NodeId): Hit {
  return hitNode(id, (effect) => {
    cluster.world.node(id).hang(effect);
    return nothing;
  });
}

export function slow(cluster: Cluster, id: NodeId, perStep: Duration): Hit {
  return hitNode(id, (effect) => {
    cluster.world.node(id).slow({ perStep, effect });
    return () => cluster.world.node(id).slow(null);
  });
}

export function muteBoard(cluster: Cluster, id: NodeId): Hit {
  return hitNode(id, (effect) => {
    cluster.world.node(id).muteBoard(effect);
    return () => cluster.world.node(id).muteBoard(null);
  });
}

/** It has taken effect once the clock shows a microsecond more or less than it would have. */
export function clockRate(cluster: Cluster, id: NodeId, ratePpm: number): Hit {
  return hitNode(id, (effect, until) => {
    const { world } = cluster;
    const node = world.node(id);
    const change = Math.abs(ratePpm - node.baseRatePpm);
    noteOnceOff(cluster, effect, change, until);
    node.setClockRate(ratePpm);
    return () => node.setClockRate(node.baseRatePpm);
  });
}

function noteOnceOff(
  cluster: Cluster,
  effect: Effect,
  changePpm: number,
  until: TrueTime | null,
): void {
  if (changePpm === 0) return;
  const { world } = cluster;
  const offAt = later(world.now, micros(Math.ceil(1_000_000 / changePpm)));
  if (until !== null && offAt >= until) return;
  world.schedule(offAt, () => effect.note(world.now));
}
