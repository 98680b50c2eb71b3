/**
 * One member of ours in the bench: a replica of the replicated state alone.
 *
 * Run: node member.js NAME NAME=PORT,... STATE-DIR HEARTBEAT-MS ELECTION-MS
 */

import { fastHmacSha256 } from "../../src/host/fast-mac.js";
import { LiveReplica } from "../../src/host/state/live-replica.js";
import { nodeId } from "../../src/kernel/ids.js";
import { Prng } from "../../src/kernel/prng.js";
import { millis } from "../../src/kernel/time.js";
import { electionSpread } from "../../src/replication/raft/options.js";
import { Replica } from "../../src/replication/replica/replica.js";

const [name = "", list = "", stateDir = "", heartbeat = "", election = ""] = process.argv.slice(2);
const self = nodeId(name);
const places = list.split(",").map((place) => {
  const [node = "", port = ""] = place.split("=");
  return [nodeId(node), { address: "127.0.0.1", port: Number(port) }] as const;
});
const addresses = new Map(places);
const bind = addresses.get(self);
if (bind === undefined) throw new Error(`${name} is none of ${list}`);

await LiveReplica.start({
  ...{ self, cluster: "bench", bind, stateDir },
  mac: fastHmacSha256(new Uint8Array(32).fill(1)),
  peers: new Map([...addresses].filter(([node]) => node !== self)),
  makeMachine: (now, life) =>
    new Replica({
      ...{ now, self, life, dice: new Prng(life).split(`replica of ${self}`) },
      nodes: [...addresses.keys()],
      group: new Map([...addresses.keys()].sort().map((node) => [node, "voter"] as const)),
      raft: {
        heartbeat: millis(Number(heartbeat)),
        electionTimeoutMin: millis(Number(election)),
        electionTimeoutMax: millis(Math.ceil(electionSpread * Number(election))),
        driftMaxPpm: 500,
        leaseReads: false,
      },
    }),
  onEvent: (at, event) => {
    if (process.env["BENCH_EVENTS"]) console.error(at, JSON.stringify(event));
  },
  onFailure: (error) => {
    console.error(error);
    process.exit(1);
  },
});

// Sockets of replicas keep no process alive.
setInterval(() => undefined, 1 << 30);
process.on("SIGTERM", () => process.exit());
