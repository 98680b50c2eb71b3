/**
 * Clients of the replicated state of a simulated cluster, as plain as can be: at times that the
 * dice choose a setting is written at a node that the dice choose. So its disks have work, and
 * their faults something to touch. Whether what was acknowledged is there is looked at elsewhere
 * (src/sim/replicas): here nobody waits for an answer.
 */
import type { Prng } from "../kernel/prng.js";
import { type Duration, micros } from "../kernel/time.js";
import { encodeRequest } from "../replication/service/request-bodies.js";
import { later } from "./true-time.js";
import type { World } from "./world.js";

const keys = 16;
const valueBytes = 100;

/** Connection 0 is the node's own. */
const client = 1;

/** @param every from one write to the next, in the mean */
export function writeAgainAndAgain(world: World, every: Duration, dice: Prng): void {
  let id = 0;
  const write = (): void => {
    id += 1;
    const node = world.nodes[dice.below(world.nodes.length)];
    node?.give({ kind: "requests", requests: [{ client, body: requestOf(id, dice) }] });
    world.schedule(later(world.now, micros(1 + dice.below(2 * every))), write);
  };
  world.schedule(later(world.now, every), write);
}

function requestOf(id: number, dice: Prng): unknown {
  const key = `setting-${dice.below(keys)}`;
  const value = new Uint8Array(valueBytes).fill(id % 256);
  const command = { kind: "put", key, value, condition: null, ephemeral: false } as const;
  return encodeRequest({ kind: "command", id, session: 0, sequence: 0, command });
}
