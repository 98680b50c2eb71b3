/** `holdfast kv`, `lock` and `member` against a replica that needs no others. */
import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { defineApp } from "../../src/control/app.js";
import { appCommandsOf } from "../../src/control/replicated/app-commands.js";
import { micros, seconds } from "../../src/kernel/time.js";
import { encodeCommand } from "../../src/replication/service/command-bytes.js";
import { Service } from "../../src/replication/service/service.js";
import { FakeReplica, FakeState } from "../host/state/support/fake-replica.js";
import { isBuilt, program, startNode } from "../host/support/built.js";
import { testFolder } from "../host/support/folder.js";
import { type CliRun, jsonOf, run } from "./support/captured-io.js";

async function rig() {
  const stateDir = await testFolder();
  const replica = await FakeReplica.start(stateDir, "a");
  const cli = (...words: string[]): Promise<CliRun> =>
    run([...words, "--state-dir", stateDir], { cwd: stateDir });
  return { stateDir, replica, cli };
}

/** A process that has ended and that nobody has waited for does not live. */
function lives(pid: number): boolean {
  try {
    return !/^State:\tZ/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

function end(pid: number): void {
  if (lives(pid)) process.kill(pid, "SIGKILL");
}

describe("holdfast kv", () => {
  it("CLI-STATE-1 puts, gets, compares, lists and deletes", async () => {
    const { cli } = await rig();
    expect(await cli("kv", "put", "boiler/set", "62.5")).toMatchObject({
      code: 0,
      stdout: "boiler/set is at version 1\n",
    });
    expect(await cli("kv", "get", "boiler/set")).toMatchObject({ code: 0, stdout: "62.5\n" });
    expect((await cli("kv", "put", "boiler/set", "65", "--if-version", "7")).code).toBe(1);
    expect((await cli("kv", "put", "boiler/set", "65", "--if-version", "1")).code).toBe(0);
    expect((await cli("kv", "list", "boiler/")).stdout).toContain("65");
    expect((await cli("kv", "delete", "boiler/set")).code).toBe(0);
    expect(await cli("kv", "get", "boiler/set")).toMatchObject({
      ...{ code: 1, stdout: "", stderr: "no key boiler/set\n" },
    });
  });

  it("CLI-STATE-1 has all of it as JSON, with bytes that are no text", async () => {
    const { cli, stateDir } = await rig();
    await writeFile(join(stateDir, "value"), Uint8Array.of(0xff, 0));
    expect(jsonOf(await cli("kv", "put", "x", "--file", "value", "--json"))).toEqual({
      ...{ schema: "holdfast.kv/1", key: "x", version: 1, at: 1 },
    });
    const key = { key: "x", version: 1, changedAt: 1, text: null, base64: "/wA=" };
    expect(jsonOf(await cli("kv", "get", "x", "--json"))).toEqual({
      ...{ schema: "holdfast.kv/1", key: "x", found: key, at: 1, age: 0 },
    });
    expect(jsonOf(await cli("kv", "list", "--json"))).toMatchObject({ keys: [key], more: false });
    const absent = await cli("kv", "get", "y", "--json");
    expect([absent.code, jsonOf(absent)["found"]]).toEqual([1, null]);
    expect((await cli("kv", "get", "x")).stdout).toBe("0xff00\n");
  });

  it("CLI-STATE-1 lists values as JSON that would command a terminal or break a line", async () => {
    const { cli } = await rig();
    await cli("kv", "put", "x", "one\n\u001b[2Jtwo");
    const { stdout } = await cli("kv", "list");
    expect(stdout).toContain('"one\\n\\u001b[2Jtwo"');
    expect(stdout.trimEnd().split("\n")).toHaveLength(2);
    expect((await cli("kv", "get", "x")).stdout).toBe("one\n\u001b[2Jtwo\n");
  });

  it("CLI-STATE-2 tells how old a stale answer may be", async () => {
    const { cli } = await rig();
    await cli("kv", "put", "x", "1");
    const { stdout, stderr } = await cli("kv", "get", "x", "--stale");
    expect([stdout, stderr]).toEqual(["1\n", "this may be up to 250ms old\n"]);
    expect(jsonOf(await cli("kv", "list", "--stale", "--json"))["age"]).toBe(250_000);
  });

  it("CLI-STATE-2 lists all, page by page, or so many", async () => {
    const { cli, replica } = await rig();
    const { service } = replica.state;
    for (let n = 1; n <= 1_100; n += 1) {
      const value = Uint8Array.of(0x61);
      const command = { kind: "put", key: `k${n}`, value, condition: null, ephemeral: false };
      service.apply(n, encodeCommand(0, 0, command as Parameters<typeof encodeCommand>[2]));
    }
    replica.state.at = 1_100;
    expect(jsonOf(await cli("kv", "list", "--json"))["keys"]).toHaveLength(1_100);
    const some = jsonOf(await cli("kv", "list", "--limit", "7", "--json"));
    expect([(some["keys"] as unknown[]).length, some["more"]]).toEqual([7, true]);
  });

  it.each([
    ["a name that is none", ["kv", "get", "a key"], "the key: expected letters"],
    ["no value", ["kv", "put", "x"], "expected a value or --file"],
    ["two values", ["kv", "put", "x", "1", "--file", "f"], "not both"],
    ["too long a value", ["kv", "put", "x", "v".repeat(4_097)], "at most 4096 bytes, got 4097"],
    [
      "no version",
      ["kv", "put", "x", "1", "--if-version", "new"],
      "--if-version: expected a whole",
    ],
    ["no duration", ["kv", "get", "x", "--timeout", "soon"], "--timeout: expected a duration"],
    ["no time", ["kv", "get", "x", "--timeout", "0s"], "--timeout: expected 1ms to 24h, got 0s"],
    [
      "too long an argument",
      ["app", "do", "x", JSON.stringify("v".repeat(4_097))],
      "argument: expected plain data of at most 4096 bytes",
    ],
    ["no role", ["member", "add", "b", "--role", "boss"], "--role: expected one of voter"],
    ["no node", ["member", "remove", "Pi_3"], "is no id of a node"],
    [
      "a short lease",
      ["lock", "acquire", "l", "--lease", "1ms"],
      "--lease: expected 20ms to 10m, got",
    ],
    [
      "a long lease",
      ["lock", "run", "l", "--lease", "1h", "--", "x"],
      "expected 20ms to 10m, got 1h",
    ],
    ["a long delay", ["lock", "acquire", "l", "--lock-delay", "2m"], "expected 0us to 1m, got 2m"],
    ["no token", ["lock", "release", "l", "--token", "0"], "--token: expected a whole number"],
  ])("CLI-STATE-3 refuses %s", async (_, words, message) => {
    const { cli } = await rig();
    const { code, stderr } = await cli(...words);
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
  });

  it("CLI-STATE-4 ends with 4 where nobody is there, with 5 where late", async () => {
    const { cli, replica } = await rig();
    replica.refusal = "no-leader";
    const leaderless = await cli("kv", "get", "x", "--timeout", "200ms");
    expect(leaderless.code).toBe(4);
    expect(leaderless.stderr).toContain("a majority of the members has to be up");
    replica.refusal = null;
    replica.silent = true;
    const late = await cli("kv", "put", "x", "1", "--timeout", "200ms", "--json");
    expect([late.code, late.stderr + late.stdout]).toEqual([
      5,
      expect.stringContaining("unknown-outcome"),
    ]);
    await replica.stop();
    expect((await cli("kv", "get", "x")).code).toBe(4);
    expect((await cli("kv", "get", "x", "--node", "b")).code).toBe(4);
  });
});

describe("holdfast app", () => {
  const settings = defineApp({
    ...{ name: "set", sensors: {}, outputs: {}, initial: null },
    control: () => ({ state: null, commands: {} }),
    replicated: {
      initial: { limit: 5 },
      commands: {
        limit: (state, argument) => {
          if (typeof argument !== "number") throw new TypeError("expected a number");
          return { state: { limit: argument }, result: state.limit };
        },
        reset: () => ({ state: { limit: 5 } }),
      },
    },
  });

  class AppReplicaState extends FakeState {
    override readonly service = new Service(appCommandsOf(settings));
  }

  async function appRig() {
    const stateDir = await testFolder();
    await FakeReplica.start(stateDir, "a", new AppReplicaState());
    return (...words: string[]): Promise<CliRun> =>
      run(["app", ...words, "--state-dir", stateDir], { cwd: stateDir });
  }

  it("CLI-STATE-8 shows the state, and gives commands with JSON as argument", async () => {
    const cli = await appRig();
    expect(await cli("do", "limit", "7")).toMatchObject({ code: 0, stdout: "5\n" });
    expect(JSON.parse((await cli("state")).stdout)).toEqual({ limit: 7 });
    expect(await cli("do", "reset")).toMatchObject({ code: 0, stdout: "done\n" });
    expect(jsonOf(await cli("do", "limit", "9", "--json"))).toEqual({
      ...{ schema: "holdfast.app/1", command: "limit", result: 5 },
    });
    expect(jsonOf(await cli("state", "--stale", "--json"))).toMatchObject({
      ...{ schema: "holdfast.app/1", state: { limit: 9 }, age: 250_000 },
    });
  });

  it("CLI-STATE-8 says why a command was refused, and which there are", async () => {
    const cli = await appRig();
    const refused = await cli("do", "limit", '"x"');
    expect([refused.code, refused.stderr]).toEqual([
      1,
      expect.stringContaining("expected a number"),
    ]);
    const unknown = await cli("do", "explode");
    expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining("limit, reset")]);
    const text = await cli("do", "limit", "off");
    expect([text.code, text.stderr]).toEqual([2, expect.stringContaining(`'"off"'`)]);
  });
});

describe("holdfast lock", () => {
  it("CLI-STATE-5 acquires for a lease's length, lists, and releases by the token", async () => {
    const { cli, replica } = await rig();
    const acquired = await cli("lock", "acquire", "valve", "--name", "ann", "--lease", "5m");
    expect(acquired).toMatchObject({ code: 0, stdout: "2\n" });
    expect(replica.state.service.openSessions.size).toBe(1);
    expect((await cli("lock", "list")).stdout).toContain("ann (session 1)");
    const second = await cli("lock", "acquire", "valve");
    expect([second.code, second.stderr]).toEqual([1, expect.stringContaining("ann")]);
    expect((await cli("lock", "release", "valve", "--token", "9")).code).toBe(1);
    expect((await cli("lock", "release", "valve", "--token", "2")).code).toBe(0);
    expect(jsonOf(await cli("lock", "list", "--json"))["locks"]).toMatchObject([
      { lock: "valve", holder: null, token: 2 },
    ]);
  });

  it("CLI-STATE-5 tells no lock as free that a program holds", async () => {
    const { cli, replica } = await rig();
    const { service } = replica.state;
    const asked = [
      { kind: "open-session", name: "pump", lease: seconds(60) },
      { kind: "acquire", lock: "valve", wait: false, lockDelay: micros(0) },
      { kind: "delete", key: "x", condition: null },
    ] as const;
    for (const [sequence, command] of asked.entries()) {
      replica.state.at += 1;
      const session = sequence === 0 ? 0 : 1;
      service.apply(replica.state.at, encodeCommand(session, sequence, command));
    }
    const { code, stdout, stderr } = await cli("lock", "release", "valve", "--token", "2");
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toContain("held by pump (session 1), a program that runs");
    replica.refusal = "no-leader";
    const leaderless = await cli("lock", "release", "valve", "--token", "2", "--timeout", "200ms");
    expect(leaderless.code).toBe(4);
  });

  it("CLI-STATE-5 waits for a lock, but not for ever", async () => {
    const { cli } = await rig();
    await cli("lock", "acquire", "valve");
    const { code } = await cli("lock", "acquire", "valve", "--wait", "200ms");
    expect([1, 5]).toContain(code);
  });
});

describe.runIf(isBuilt(["src/cli/main.js"]))("holdfast lock run", () => {
  const script = "console.log('token', process.env.HOLDFAST_LOCK_TOKEN); process.exit(7)";

  it("CLI-STATE-6 runs a command under the lock, and ends as it did", async () => {
    const { stateDir, replica } = await rig();
    const words = [program, "lock", "run", "valve", "--state-dir", stateDir];
    const started = startNode([...words, "--", process.execPath, "-e", script]);
    expect(await started.ended).toMatchObject({ code: 7, stdout: "token 2\n" });
    expect(replica.state.service.openSessions.size).toBe(0);
  });

  it("CLI-STATE-6 kills the command when the lock is lost", async () => {
    const { stateDir, replica } = await rig();
    const words = [program, "lock", "run", "valve", "--state-dir", stateDir, "--lease", "500ms"];
    const forever = "console.log('runs'); setInterval(() => {}, 1000)";
    const started = startNode([...words, "--", process.execPath, "-e", forever]);
    await started.has("runs");
    replica.expire(1);
    const { code, stderr } = await started.ended;
    expect([code, stderr]).toEqual([1, expect.stringContaining("valve was lost")]);
  });

  it("CLI-STATE-6 kills what the command has started as well", async () => {
    const { stateDir, replica } = await rig();
    const words = [program, "lock", "run", "valve", "--state-dir", stateDir, "--lease", "500ms"];
    const started = startNode([...words, "--", "sh", "-c", "sleep 600 & echo runs $!; wait"]);
    await started.has("runs");
    replica.expire(1);
    const { stdout } = await started.ended;
    const grandchild = Number(/runs ([0-9]+)/.exec(stdout)?.[1]);
    onTestFinished(() => void end(grandchild));
    await expect.poll(() => lives(grandchild), { timeout: 10_000 }).toBe(false);
  });
});

describe("holdfast member", () => {
  it("CLI-STATE-7 lists the group", async () => {
    const { cli } = await rig();
    const { stdout } = await cli("member", "list");
    expect(stdout).toContain("term 4, a leads, committed up to 3");
    expect(stdout).toMatch(/a +voter +leads +3/);
    expect(jsonOf(await cli("member", "list", "--json"))).toMatchObject({
      ...{ schema: "holdfast.member/1", group: { leader: "a", term: 4 } },
    });
  });

  it("CLI-STATE-7 says of whom nothing is heard, and whose disk is new", async () => {
    const { cli, replica } = await rig();
    replica.state.standing = "silent";
    expect((await cli("member", "list")).stdout).toMatch(/b +voter +is not heard +3/);
    replica.state.standing = "blank";
    const { stdout } = await cli("member", "list");
    expect(stdout).toMatch(/b +voter +has no vote, its disk is new: holdfast member replace b +3/);
    expect(stdout).toMatch(/a +voter +leads +3/);
    replica.state.standing = null;
    expect((await cli("member", "list")).stdout).toMatch(/b +voter +3/);
  });

  it("CLI-STATE-7 asks nobody to replace a learner, which has no vote", async () => {
    const { cli, replica } = await rig();
    replica.state.standing = "blank";
    replica.state.role = "learner";
    expect((await cli("member", "list")).stdout).toMatch(/b +learner +3/);
  });

  it("CLI-STATE-7 says whose view it is where no leader told", async () => {
    const { cli, replica } = await rig();
    expect((await cli("member", "list")).stdout).not.toContain("as a knows it");
    replica.state.by = "b";
    expect((await cli("member", "list")).stdout).toContain(
      "as b knows it, for a, which leads, did not answer: only a leader can tell who is silent",
    );
    replica.state.leader = null;
    const { stdout } = await cli("member", "list");
    expect(stdout).toContain("term 4, no leader");
    expect(stdout).toContain("as b knows it, for it hears no leader: only a leader can tell");
  });

  it("CLI-STATE-7 asks for changes and transfers", async () => {
    const { cli, replica } = await rig();
    const { changes, transfers } = replica.state;
    const codes = [
      (await cli("member", "add", "d", "--role", "learner")).code,
      (await cli("member", "promote", "d")).code,
      (await cli("member", "replace", "b", "c")).code,
      (await cli("member", "replace", "c")).code,
      (await cli("member", "remove", "d")).code,
      (await cli("member", "transfer", "b")).code,
      (await cli("member", "transfer")).code,
    ];
    expect(codes).toEqual([0, 0, 0, 0, 0, 0, 0]);
    expect(changes).toEqual([
      { kind: "add", member: "d", role: "learner" },
      { kind: "promote", member: "d" },
      { kind: "replace", member: "b", successor: "c" },
      { kind: "replace", member: "c", successor: "c" },
      { kind: "remove", member: "d" },
    ]);
    expect(transfers).toEqual(["b", null]);
  });

  it("CLI-STATE-7 tells why a change was refused, with exit code 1", async () => {
    const { cli, replica } = await rig();
    replica.refusal = "change-refused";
    const { code, stderr } = await cli("member", "remove", "b");
    expect([code, stderr]).toEqual([1, expect.stringContaining("the fake says so")]);
  });
});
