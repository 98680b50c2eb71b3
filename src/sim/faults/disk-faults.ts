/**
 * Faults of the disk of a node: no room, read-only, stalled, lying, rotten. They are of the medium,
 * so a reset of the node does not end them.
 */
import type { NodeId } from "../../kernel/ids.js";
import type { Cluster } from "../cluster.js";
import type { Effect } from "../effect.js";
import type { NodeDisk } from "../node-disk.js";
import { never, type TrueTime } from "../true-time.js";
import { type Hit, nothing } from "./hit.js";

type Begin = (disk: NodeDisk, effect: Effect, until: TrueTime | null) => () => void;

const hitDisk =
  (begin: Begin) =>
  (cluster: Cluster, id: NodeId): Hit => ({
    nodes: [id],
    channels: [],
    links: [],
    begin: (effect, until) => begin(cluster.world.node(id).disk, effect, until),
  });

export const diskFull = hitDisk((disk, effect) => {
  disk.fill(effect);
  return () => disk.fill(null);
});

export const diskReadOnly = hitDisk((disk, effect) => {
  disk.makeReadOnly(effect);
  return () => disk.makeReadOnly(null);
});

export const diskStall = hitDisk((disk, effect, until) => {
  disk.stall(until ?? never, effect);
  return () => disk.stall(never, null);
});

export const diskLies = hitDisk((disk, effect) => {
  disk.lie(effect);
  return () => disk.lie(null);
});

/** It is done in an instant, and cannot be taken back. */
export const bitRot = hitDisk((disk, effect) => {
  disk.rot(effect);
  return nothing;
});
