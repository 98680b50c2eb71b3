/** A live agent around a scripted membership: its link, its socket, and how it ends. */
import { readdir } from "node:fs/promises";
import { describe, expect, it, onTestFinished } from "vitest";
import { askAgent, askCase } from "../../src/host/ask-agent.js";
import { ask, askStatus } from "../../src/host/ask-replica.js";
import { agentSocketPath } from "../../src/host/control-socket.js";
import { LiveAgent, type LiveAgentOptions } from "../../src/host/live-agent.js";
import { nodeId } from "../../src/kernel/ids.js";
import { millis, seconds } from "../../src/kernel/time.js";
import type { CaseFile, Member, MembershipOutput } from "../../src/membership/ports.js";
import type { AgentEvent } from "../../src/node/agent-events.js";
import { checksumMac } from "../../src/wire/mac.js";
import { ScriptedMembership } from "../node/scripted-membership.js";
import { testFolder } from "./support/folder.js";

const [n1, n2] = [nodeId("n1"), nodeId("n2")];
const mac = checksumMac(new Uint8Array(16).fill(3));

async function start(name: string, more: Partial<LiveAgentOptions> = {}) {
  const membership = new ScriptedMembership();
  const events: AgentEvent[] = [];
  const warnings: string[] = [];
  const live = await LiveAgent.start({
    agent: {
      ...{ cluster: "fleet", self: nodeId(name), mac, membersMax: 8, latenessMax: seconds(10) },
      makeMembership: () => membership,
    },
    bind: { address: "127.0.0.1", port: 0 },
    ...{ seeds: [], stateDir: null, faultsAllowed: false },
    onEvent: (_at, event) => events.push(event),
    onWarning: (text) => warnings.push(text),
    ...more,
  });
  onTestFinished(() => live.stop());
  return { live, membership, events, warnings, here: `127.0.0.1:${live.port}` };
}

const until = async (fits: () => boolean): Promise<void> => {
  while (!fits()) await new Promise((resolve) => setTimeout(resolve, 2));
};

describe("LIVE-AGENT-1: what the membership says goes over the link, and back", () => {
  it("from a join by address to an answer by name, with the origins", async () => {
    const b = await start("n2");
    b.membership.answer = (input) =>
      input.kind === "message"
        ? [
            { kind: "route", member: input.from, address: input.origin },
            { kind: "send", targets: [input.from], body: "welcome", isBeat: true },
          ]
        : [];
    const membership = new ScriptedMembership();
    membership.answer = (input) =>
      input.kind === "join"
        ? input.seeds.map((address) => ({ kind: "send-to-address", address, body: "hello" }))
        : [];
    const agent = { cluster: "fleet", self: n1, mac, membersMax: 8, latenessMax: seconds(10) };
    const a = await start("n1", {
      agent: { ...agent, makeMembership: () => membership },
      seeds: [b.here],
    });
    const message = () => membership.fed.find(({ kind }) => kind === "message");
    await until(() => message() !== undefined);
    expect(b.membership.fed).toContainEqual({
      ...{ kind: "message", from: n1, life: a.live.bootId, origin: a.here, body: "hello" },
    });
    expect(message()).toMatchObject({ from: n2, origin: b.here, body: "welcome" });
    expect([a.warnings, b.warnings]).toEqual([[], []]);
  });

  it("faults act where they are allowed, and cannot be had where they are not", async () => {
    const b = await start("n2");
    const a = await start("n1", { faultsAllowed: true });
    expect(b.live.setLinkFaults({ loss: 1 })).toBe(false);
    expect(a.live.setLinkFaults({ loss: 1 })).toBe(true);
    a.membership.answer = () => [{ kind: "send-to-address", address: b.here, body: 1 }];
    a.membership.wakeAt = null;
    await a.live.leave();
    expect(a.live.status()?.host.linkFaults).toMatchObject({ lost: 1 });
    expect(b.live.status()?.host.link.received).toBe(0);
  });

  it("warns of an address that is none, once in a while", async () => {
    const a = await start("n1");
    const bad: MembershipOutput = { kind: "route", member: n2, address: "nowhere" };
    a.membership.answer = () => [bad, bad, bad];
    await a.live.leave();
    expect(a.warnings).toEqual(["n2 has no address that can be used"]);
  });
});

describe("LIVE-AGENT-2: it answers on its socket", () => {
  const file = { member: n2, accusations: [] } as unknown as CaseFile;

  it("how it stands, and what a member is accused of", async () => {
    const stateDir = await testFolder();
    const { live, membership } = await start("n1", { stateDir });
    membership.view = [{ member: n1 } as Member, { member: n2 } as Member];
    membership.cases.set(n2, file);
    const path = agentSocketPath(stateDir, n1);
    const answer = await askAgent(path, 5_000);
    expect(answer).toMatchObject({
      ok: true,
      status: {
        agent: { node: n1, cluster: "fleet", bootId: live.bootId, silenced: false },
        host: { pid: process.pid, linkFaults: null },
      },
    });
    const caseOf = (name: string) => askCase(path, nodeId(name), 5_000);
    expect(await caseOf("n2")).toMatchObject({ ok: true, reply: { ok: true, case: file } });
    expect(await caseOf("n1")).toMatchObject({ ok: true, reply: { ok: true, case: null } });
    expect(await caseOf("n9")).toEqual({
      ...{ ok: true, reply: { ok: false, reason: "unknown-member" } },
    });
    const refused = { ok: false, reason: "malformed" };
    expect(await ask(path, { get: "case", member: "Not A Name" }, 5_000)).toEqual(refused);
    expect(await ask(path, { do: "override", sensor: "a", channel: "b" }, 5_000)).toEqual({
      ...{ ok: false, reason: "unknown-request" },
    });
    await live.stop();
    expect(await readdir(stateDir)).toEqual(["n1.boot"]);
    expect(await askAgent(path, 5_000)).toEqual({ ok: false, reason: "no-replica" });
  });

  it("and is not taken for a replica, nor a replica for it", async () => {
    const stateDir = await testFolder();
    await start("n1", { stateDir });
    const path = agentSocketPath(stateDir, n1);
    expect(await askStatus(path, 5_000)).toEqual({ ok: false, reason: "no-answer" });
  });

  it("numbers its lives upwards", async () => {
    const stateDir = await testFolder();
    const first = await start("n1", { stateDir });
    await first.live.stop();
    const second = await start("n1", { stateDir });
    expect(second.live.bootId).toBeGreaterThan(first.live.bootId);
  });
});

describe("LIVE-AGENT-3: it ends", () => {
  it("after a goodbye, which gets out", async () => {
    const b = await start("n2");
    const a = await start("n1");
    a.membership.answer = (input) =>
      input.kind === "leave" ? [{ kind: "send-to-address", address: b.here, body: "bye" }] : [];
    await a.live.leave();
    await until(() => b.membership.fed.some(({ kind }) => kind === "message"));
    expect(b.membership.fed).toContainEqual(expect.objectContaining({ body: "bye" }));
    await a.live.leave();
  });

  it("by itself when its name is taken", async () => {
    const a = await start("n1");
    const lost = { kind: "identity-lost", life: 9, address: "10.0.0.9:1" } as const;
    a.membership.answer = () => [{ kind: "event", event: lost }];
    void a.live.leave();
    expect(await a.live.ended).toEqual(lost);
    expect(a.events.at(-1)).toEqual(lost);
  });

  it("by itself on a bug", async () => {
    const a = await start("n1");
    a.membership.answer = () => {
      throw new Error("a bug");
    };
    void a.live.leave();
    expect(await a.live.ended).toEqual({ kind: "failed", error: new Error("a bug") });
  });

  it("leaves nothing open where it cannot start", async () => {
    const { live } = await start("n1");
    const bind = { address: "127.0.0.1", port: live.port };
    await expect(start("n2", { bind })).rejects.toMatchObject({ name: "LinkOpenFailure" });
    const stateDir = await testFolder();
    await start("n3", { stateDir });
    await expect(start("n3", { stateDir })).rejects.toMatchObject({ name: "SocketOpenFailure" });
  });

  it("wakes its membership when it wants to be woken", async () => {
    const a = await start("n1");
    a.membership.answer = (_input, now) => {
      if (a.membership.fed.length < 5) a.membership.wakeAt = (now + millis(1)) as typeof now;
      return [];
    };
    void a.live.leave();
    await until(() => a.membership.fed.length === 5);
    expect(a.membership.fed.filter(({ kind }) => kind === "timeout").length).toBeGreaterThan(2);
  });
});
