/** Members of a live group that go for good, and blank ones that take their places. */
import { rm } from "node:fs/promises";
import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, it, onTestFinished } from "vitest";
import { connect } from "../../../src/host/state/client.js";
import type { StateClient } from "../../../src/host/state/client-ports.js";
import { seconds } from "../../../src/kernel/time.js";
import { run } from "../../cli/support/captured-io.js";
import { expectLinearizable } from "../../support/linearizable.js";
import { isBuilt } from "../support/built.js";
import { Load } from "./support/load.js";
import { Members, memberProgram } from "./support/members.js";

const names = ["a", "b", "c"];

async function group(): Promise<{ members: Members; client: StateClient }> {
  const members = await Members.prepare(names, { heartbeatMs: 100, electionMs: 1_000 });
  for (const name of names) members.start(name);
  const paths = names.map((name) => members.path(name));
  const open = () => connect({ paths, timeout: seconds(60) });
  const client = await expect
    .poll(() => open().catch(() => null), { timeout: 30_000 })
    .not.toBeNull()
    .then(open);
  onTestFinished(() => client.leave());
  return { members, client };
}

/** Clients beside what the test does; what they were told has to fit together in the end. */
function loadOf(members: Members): Load {
  const load = new Load(
    names.map((name) => members.path(name)),
    1,
  );
  load.start(3);
  return load;
}

async function judge(load: Load): Promise<void> {
  // Also a group that is done with its changes before much was asked has to go on.
  const { done } = load;
  await expect.poll(() => load.done, { timeout: 60_000 }).toBeGreaterThan(done + 50);
  await load.stop();
  expectLinearizable(load.recorder, { stepsMax: 50_000_000 });
}

const ask = (members: Members, ...words: string[]) =>
  run(["member", ...words, "--state-dir", members.stateDir("a"), "--timeout", "60s"]);

describe.runIf(isBuilt([memberProgram]))("a live group", { timeout: 300_000 }, () => {
  it("STATE-LIVE-2 takes a blank board for a dead one by one command", async () => {
    const { members, client } = await group();
    for (let n = 0; n < 40; n += 1) await client.put(`k/${n}`, "x".repeat(1_000));
    const load = loadOf(members);
    members.kill("c");
    await rm(members.stateDir("c"), { recursive: true });
    await client.put("after", "the loss");
    members.start("c");
    const { code, stderr, stdout } = await ask(members, "replace", "c");
    const done = "a new disk of c has taken the place of the old one\n";
    expect([code, stderr, stdout]).toEqual([0, "", done]);
    load.nextEpoch();
    // Now it votes: two of which it is one go on.
    members.kill("a");
    await client.put("with", "c and b");
    const c = await connect({ paths: [members.path("c")], exactlyOnce: false });
    onTestFinished(() => c.leave());
    expect((await c.list("k/", {})).keys).toHaveLength(40);
    expect((await c.get("after")).found?.version).toBe(1);
    await judge(load);
    expect(members.complaints).toEqual([]);
  });

  it("STATE-LIVE-2 does not let a blank board vote before", async () => {
    const { members, client } = await group();
    await client.put("k", "1");
    members.kill("c");
    await rm(members.stateDir("c"), { recursive: true });
    members.start("c");
    await client.put("k", "2");
    members.kill("a");
    await wait(3_000);
    const b = await connect({
      ...{ paths: [members.path("b")], exactlyOnce: false },
      timeout: seconds(2),
    });
    onTestFinished(() => b.leave());
    await expect(b.put("k", "3")).rejects.toMatchObject({ name: "StateRefusal" });
    members.start("a");
    await client.put("k", "4");
  });

  it("STATE-LIVE-3 hands the leadership on, and lets members go and come", async () => {
    const { members, client } = await group();
    await client.put("k", "1");
    const load = loadOf(members);
    expect((await ask(members, "transfer", "b")).code).toBe(0);
    expect((await ask(members, "list")).stdout).toContain("b leads");
    expect((await ask(members, "remove", "c")).code).toBe(0);
    expect((await ask(members, "list")).stdout).not.toMatch(/^ {2}c /m);
    const again = await ask(members, "remove", "c");
    expect([again.code, again.stderr]).toEqual([1, expect.stringContaining("unknown-member")]);
    const stranger = await ask(members, "add", "pi-9");
    expect([stranger.code, stranger.stderr]).toEqual([1, expect.stringContaining("a, b, c")]);
    expect((await ask(members, "add", "c", "--role", "learner")).code).toBe(0);
    expect((await ask(members, "promote", "c")).code).toBe(0);
    expect((await ask(members, "list")).stdout).toMatch(/^ {2}c +voter/m);
    await client.put("k", "2");
    await judge(load);
  });
});
