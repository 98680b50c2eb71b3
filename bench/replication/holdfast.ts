/** Ours: three replicas of the replicated state, each a process, as etcd's members are. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { StateConnection } from "../../src/host/state/state-connection.js";
import { stateSocketPath } from "../../src/host/state/state-socket.js";
import { nodeId } from "../../src/kernel/ids.js";
import { Child, type Cluster, type System, type Times, wait } from "./cluster.js";
import { freePorts } from "./free-ports.js";

const names = ["a", "b", "c"].map(nodeId);
const program = fileURLToPath(new URL("./member.js", import.meta.url));
const startMax = 30_000;

async function start(folder: string, times: Times): Promise<Cluster> {
  const ports = await freePorts(names.length);
  const peers = names.map((name, index) => `${name}=${ports[index]}`).join(",");
  mkdirSync(folder, { recursive: true });
  const members = names.map((name) => {
    const stateDir = join(folder, name);
    const words = [program, name, peers, stateDir];
    const { heartbeatMs, electionMs } = times;
    const flags = (process.env["BENCH_NODE_FLAGS"] ?? "").split(" ").filter(Boolean);
    const given = [...flags, ...words, String(heartbeatMs), String(electionMs)];
    const child = new Child(process.execPath, given);
    return { child, target: stateSocketPath(stateDir, name) };
  });
  const cluster = {
    members: members.map(({ child, target }) => {
      return { pid: child.pid, target, kill: () => child.kill() };
    }),
    leader: () => leaderOf(members.map(({ target }) => target)),
    stop: async () => {
      await Promise.all(members.map(({ child }) => child.stop()));
    },
  };
  await cluster.leader().catch(async (error: unknown) => {
    await cluster.stop();
    throw error;
  });
  return cluster;
}

async function leaderOf(targets: readonly string[]): Promise<number> {
  for (let waited = 0; waited < startMax; waited += 100) {
    const leads = await Promise.all(targets.map(leaderAt));
    const place = names.findIndex((name, index) => leads[index] === name);
    if (place >= 0) return place;
    await wait(100);
  }
  throw new Error("holdfast has no leader");
}

/** Whom the replica takes for the leader. */
function leaderAt(path: string): Promise<string | null> {
  return new Promise((resolve) => {
    const end = (leader: string | null): void => {
      connection.close();
      clearTimeout(late);
      resolve(leader);
    };
    const late = setTimeout(() => end(null), 1_000);
    const connection = new StateConnection({
      path,
      onReplies: ([body]) => {
        const [kind, , detail] = body as [string, number, { readonly leader?: string } | null];
        end(kind === "ok" ? (detail?.leader ?? null) : null);
      },
      onLost: () => end(null),
    });
    connection.send(["members", 1]);
  });
}

export const holdfast: System = { name: "holdfast", version: "this tree", start };
