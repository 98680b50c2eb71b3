/** etcd, as Debian has it: `apt install etcd-server`. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { Child, type Cluster, type System, type Times, wait } from "./cluster.js";
import { freePorts } from "./free-ports.js";

const names = ["a", "b", "c"];

/** The first answer of a leader may take a few elections. */
const startMax = 30_000;

function version(): string | null {
  const { status, stdout } = spawnSync("etcd", ["--version"], { encoding: "utf8" });
  return status === 0 ? (/\d+\.\d+\.\d+/.exec(stdout)?.[0] ?? "unknown") : null;
}

async function start(folder: string, times: Times): Promise<Cluster> {
  const ports = await freePorts(2 * names.length);
  const place = (index: number): string => `127.0.0.1:${ports[index]}`;
  const peers = names.map((name, index) => `${name}=http://${place(names.length + index)}`);
  const members = names.map((name, index) => {
    const [client, peer] = [`http://${place(index)}`, `http://${place(names.length + index)}`];
    const child = new Child("etcd", [
      ...["--name", name, "--data-dir", join(folder, name), "--log-level", "error"],
      ...["--listen-client-urls", client, "--advertise-client-urls", client],
      ...["--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer],
      ...["--initial-cluster", peers.join(","), "--initial-cluster-state", "new"],
      ...["--heartbeat-interval", String(times.heartbeatMs)],
      ...["--election-timeout", String(times.electionMs), "--logger", "zap"],
    ]);
    return { child, target: place(index) };
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
    const leads = await Promise.all(targets.map(isLeader));
    const place = leads.indexOf(true);
    if (place >= 0) return place;
    await wait(100);
  }
  throw new Error("etcd has no leader");
}

/** Through the gateway that speaks JSON: numbers of 64 bits are texts there. */
async function isLeader(target: string): Promise<boolean> {
  const url = `http://${target}/v3/maintenance/status`;
  const answer = await fetch(url, { method: "POST", body: "{}" }).catch(() => null);
  if (answer === null || !answer.ok) return false;
  const status = (await answer.json()) as {
    readonly leader?: string;
    readonly header?: { readonly member_id?: string };
  };
  return status.leader !== undefined && status.leader === status.header?.member_id;
}

export const etcd: System = { name: "etcd", version: version(), start };
