import { describe, expect, it } from "vitest";
import { stateRows } from "../../../src/cli/status/state-rows.js";
import type { HostStatus, LiveStatus } from "../../../src/host/live-status.js";
import { instant, millis } from "../../../src/kernel/time.js";
import type { ReplicaStatus } from "../../../src/replication/replica/status.js";
import { statusOf } from "../demo/support/views.js";

type Raft = NonNullable<ReplicaStatus["raft"]>;
type Kept = NonNullable<HostStatus["state"]>;

const raft = {
  ...{ role: "follower", term: 4, leader: "pi-2", committed: 90, last: 91, first: 1 },
  ...{ blank: false, leaseUntil: null, progress: new Map() },
  group: { members: { "pi-1": "voter" }, outgoing: null },
} as unknown as Raft;

const replica: ReplicaStatus = {
  ...{ phase: "running", out: null, raft, applied: 89, disk: "ok", sessions: 2, waiting: 3 },
};

const kept: Kept = {
  ...{ folder: "/var/lib/holdfast/pi-1.state", bytesLastHour: 1_260_000, bytesWritten: 9e6 },
  ...{ writes: 70, syncs: 65, syncsLastHour: 40 },
  clients: { clients: 4, requests: 12, malformed: 0, slow: 0 },
};

interface Case {
  readonly replica?: Partial<ReplicaStatus>;
  readonly raft?: Partial<Raft>;
  readonly clients?: Partial<Kept["clients"]>;
  readonly trouble?: string;
}

/** Each tone as a tag, so that a test sees what is painted how. */
function rows(one: Case = {}): Readonly<Record<string, string>> {
  const standing: ReplicaStatus = { ...replica, raft: { ...raft, ...one.raft }, ...one.replica };
  const state = { ...kept, clients: { ...kept.clients, ...one.clients } };
  const status = {
    node: statusOf("pi-1", { replica: standing, at: instant(1_000_000) }),
    host: { state: one.trouble === undefined ? state : null, stateTrouble: one.trouble ?? null },
  } as unknown as LiveStatus;
  const painted = stateRows(status, (tone, text) => `<${tone}>${text}`);
  return Object.fromEntries(painted.map(([title = "", text = ""]) => [title.trim(), text]));
}

describe("the replicated state in `holdfast status`", () => {
  it("CLI-STATE-9: says who leads, how far it is, and what the disk has borne", () => {
    expect(rows()).toEqual({
      state: "follower, pi-2 leads, term 4, committed 90, applied 89",
      disk: "<good>ok, 1.3 MB in 40 durable writes in the last hour, /var/lib/holdfast/pi-1.state",
      clients: "4 connected, 2 sessions open, 12 requests, 3 waiting",
    });
    expect(rows({ raft: { role: "leader" } })["state"]).toMatch(/^<good>leads, term 4/);
    expect(rows({ raft: { leader: null } })["state"]).toContain("<bad>knows of no leader");
  });

  it("CLI-STATE-9: tells of a lease while it runs, and of none that is over", () => {
    const until = (at: number) => rows({ raft: { role: "leader", leaseUntil: instant(at) } });
    expect(until(1_000_000 + millis(80))["state"]).toContain("lease for 80ms more");
    expect(until(1_000_000)["state"]).not.toContain("lease");
  });

  it.each(["stalled", "full", "read-only", "failed"] as const)(
    "CLI-STATE-9: a disk that is %s is bad",
    (disk) => {
      expect(rows({ replica: { disk } })["disk"]).toMatch(new RegExp(`^<bad>${disk}, `));
    },
  );

  it("CLI-STATE-9: says why it takes no part, or not yet", () => {
    const out = { reason: "corrupt", detail: "entries 7 to 9 are lost" };
    expect(rows({ replica: { phase: "out", out, raft: null } })["state"]).toBe(
      "<bad>takes no part: corrupt: entries 7 to 9 are lost; stop it, move its folder pi-1.state " +
        "away, start it, and say `holdfast member replace pi-1`",
    );
    // Nothing is to be moved away because of an old program.
    const old = { reason: "ahead-of-app", detail: "it lacks a command" };
    expect(rows({ replica: { phase: "out", out: old, raft: null } })["state"]).toBe(
      "<bad>takes no part: ahead-of-app: it lacks a command",
    );
    expect(rows({ replica: { phase: "opening", raft: null } })["state"]).toBe(
      "<warning>opening: it reads its log",
    );
    expect(rows({ trouble: "the folder is in use by process 7" })).toEqual({
      state: "<bad>not kept here: the folder is in use by process 7",
    });
  });

  it("CLI-STATE-9: says that a new disk has no vote, and what to do", () => {
    expect(rows({ raft: { blank: true } })["state"]).toContain("say `holdfast member replace`");
    const lost = rows({ raft: { blank: true, leader: null } })["state"];
    expect(lost).toContain("say `holdfast member replace`");
    const first = rows({ raft: { blank: true, leader: null, committed: 0 } })["state"];
    expect(first).toContain("at the first start all voters and witnesses must be up once");
    expect(rows()["state"]).not.toContain("new");
  });

  it("CLI-STATE-9: says that it is no voter, or no member, which then counts for nothing", () => {
    const as = (role: string, blank = false) => {
      const group = { members: { "pi-1": role }, outgoing: null };
      return rows({ raft: { blank, group: group as unknown as Raft["group"] } })["state"];
    };
    expect(as("witness")).toMatch(/^witness, pi-2 leads, term 4/);
    expect(as("witness", true)).toContain("say `holdfast member replace`");
    expect(as("learner", true)).toBe("learner, pi-2 leads, term 4, committed 90, applied 89");
    const outside = { members: {}, outgoing: null } as unknown as Raft["group"];
    expect(rows({ raft: { group: outside } })["state"]).toBe(
      "<warning>no member of the group: `holdfast member add pi-1` brings it in",
    );
  });

  it("CLI-STATE-9: counts clients that were sent away, once there are any", () => {
    const { clients } = rows({ clients: { malformed: 1, slow: 2 } });
    expect(clients).toContain("1 sent away for nonsense, 2 sent away for not reading");
  });
});
