/** `holdfast agent` as processes, and what `holdfast members` makes of them. */
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { AgentEvent } from "../../src/node/agent-events.js";
import { isBuilt, program, type Started, startNode } from "../host/support/built.js";
import { testFolder } from "../host/support/folder.js";
import { jsonOf, run } from "./support/captured-io.js";
import { freePorts } from "./support/cluster-folder.js";

const key = "00112233445566778899aabbccddeeff";

interface Fleet {
  readonly cwd: string;
  readonly ports: readonly number[];
}

async function fleet(count: number): Promise<Fleet> {
  const cwd = await testFolder();
  await writeFile(join(cwd, "key"), `${key}\n`, { mode: 0o600 });
  return { cwd, ports: await freePorts(count) };
}

/** Fast, for a test; still slow enough for two busy cores. */
const timing = ["--profile", "lan", "--period", "300ms"];

function start({ cwd, ports }: Fleet, name: string, index: number, more: string[] = []): Started {
  const here = `127.0.0.1:${ports[index]}`;
  const words = ["agent", "--name", name, "--bind", here, "--cluster", "c", "--key-file", "key"];
  const seeds = ports.filter((_, at) => at !== index).slice(0, 1);
  const joining = seeds.flatMap((port) => ["--join", `127.0.0.1:${port}`]);
  const state = ["--state-dir", "state"];
  return startNode([program, ...words, ...state, ...timing, ...joining, ...more], { cwd });
}

/** The last word of each agent about each member, once it fits; the test's limit bounds it. */
async function standings(cwd: string, name: string): Promise<Record<string, string>> {
  const result = await run(["members", "--state-dir", "state", "--name", name, "--json"], { cwd });
  if (result.code !== 0) return {};
  const [answer] = (jsonOf(result)["agents"] ?? []) as { agent: { members: Standing[] } }[];
  return Object.fromEntries((answer?.agent.members ?? []).map((one) => [one.member, one.state]));
}

interface Standing {
  readonly member: string;
  readonly state: string;
}

async function until(cwd: string, name: string, wanted: Record<string, string>): Promise<void> {
  for (;;) {
    const found = await standings(cwd, name);
    if (Object.entries(wanted).every(([member, state]) => found[member] === state)) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

const eventsOf = (stdout: string): AgentEvent[] =>
  stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { schema: string; event?: AgentEvent })
    .flatMap(({ event }) => (event === undefined ? [] : [event]));

const about = (events: readonly AgentEvent[], member: string): string[] =>
  events.filter((event) => "member" in event && event.member === member).map(({ kind }) => kind);

/** A busy machine may put a suspicion that was refuted in between. */
function inOrder(found: readonly string[], wanted: readonly string[]): boolean {
  let next = 0;
  for (const one of found) if (one === wanted[next]) next += 1;
  return next === wanted.length;
}

describe.skipIf(!isBuilt(["src/cli/agent.js", "src/cli/main.js"]))("CLI-9: holdfast agent", () => {
  it("finds the others by any, sees one die, return, leave, and tells why", async () => {
    const three = await fleet(3);
    const { cwd } = three;
    const [n1, n2, n3] = ["n1", "n2", "n3"].map((name, index) =>
      start(three, name, index, name === "n1" ? ["--json"] : []),
    ) as [Started, Started, Started];
    const all = { n1: "alive", n2: "alive", n3: "alive" };
    for (const name of ["n1", "n2", "n3"]) await until(cwd, name, all);
    await n2.has(`n3 joined from 127.0.0.1:${three.ports[2]}`);

    n3.child.kill("SIGKILL");
    for (const name of ["n1", "n2"]) await until(cwd, name, { n3: "dead" });
    await n2.has("n3 is suspected by ");
    await n2.has("n3 is dead: first suspected by ");
    const why = await run(["members", "--state-dir", "state", "--why", "n3"], { cwd });
    expect(why.stdout).toMatch(
      /as n1 sees it\n {2}n3 .*declared gone.*\n {2}n\d suspected n3 first/,
    );
    expect(why.stdout).toContain("as n2 sees it");
    expect(why.stdout).toContain("its own probe: unanswered");
    const table = await run(["members", "--state-dir", "state", "--name", "n2"], { cwd });
    expect(table.stdout).toMatch(/^n2 of c: 2 alive, 1 dead, n\d leads\n/);
    expect(table.stdout).toMatch(new RegExp(`n3 +dead +127\\.0\\.0\\.1:${three.ports[2]} `));

    const again = start(three, "n3", 2);
    for (const name of ["n1", "n2", "n3"]) await until(cwd, name, all);
    await n2.has("n3 is back in a new life");
    again.child.kill("SIGTERM");
    expect(await again.ended).toMatchObject({ code: 0, signal: null, stderr: "" });
    for (const name of ["n1", "n2"]) await until(cwd, name, { n3: "left" });
    await n2.has("n3 left");

    n1.child.kill("SIGINT");
    const { code, stdout, stderr } = await n1.ended;
    expect([code, stderr]).toEqual([0, ""]);
    const lines = stdout.trim().split("\n");
    for (const line of lines) expect(line).toMatch(/^\{"schema":"holdfast\.agent\/1","time":"/);
    expect(
      inOrder(about(eventsOf(stdout), "n3"), [
        ...["member-joined", "member-suspected", "member-died", "member-replaced", "member-left"],
      ]),
    ).toBe(true);
    n2.child.kill("SIGTERM");
    expect((await n2.ended).code).toBe(0);
    expect((await readdir(join(cwd, "state"))).sort()).toEqual(["n1.boot", "n2.boot", "n3.boot"]);
  });

  it("is given up by nobody, and gives up nobody, when it is stopped for a while", async () => {
    const three = await fleet(3);
    const { cwd } = three;
    const agents = ["n1", "n2", "n3"].map((name, index) => start(three, name, index, ["--json"]));
    const all = { n1: "alive", n2: "alive", n3: "alive" };
    for (const name of ["n1", "n2", "n3"]) await until(cwd, name, all);
    // The suspicion, of four periods at least, begins after the stop has.
    agents[2]?.child.kill("SIGSTOP");
    await new Promise((resolve) => setTimeout(resolve, 900));
    agents[2]?.child.kill("SIGCONT");
    await agents[2]?.has("verdicts-suspended");
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    for (const name of ["n1", "n2", "n3"]) await until(cwd, name, all);
    for (const { child } of agents) child.kill("SIGTERM");
    const endings = await Promise.all(agents.map(({ ended }) => ended));
    for (const { code, stdout } of endings) {
      expect(code).toBe(0);
      expect(stdout).not.toContain("member-died");
    }
  });

  it("gives its name up to a newer life at another port, and says where that is", async () => {
    const four = await fleet(4);
    const { cwd } = four;
    const others = ["n1", "n2"].map((name, index) => start(four, name, index));
    const old = start(four, "n3", 2);
    for (const name of ["n1", "n2", "n3"])
      await until(cwd, name, { n1: "alive", n2: "alive", n3: "alive" });
    await mkdir(join(cwd, "elsewhere"));
    const words = ["--state-dir", "elsewhere"];
    const newer = start(four, "n3", 3, words);
    const { code, stderr } = await old.ended;
    expect(code).toBe(1);
    expect(stderr).toMatch(
      new RegExp(
        `^error: the name n3 belongs to life \\d+ at 127\\.0\\.0\\.1:${four.ports[3]} now`,
      ),
    );
    await others[0]?.has(`n3 moved to 127.0.0.1:${four.ports[3]}`);
    for (const name of ["n1", "n2"]) await until(cwd, name, { n3: "alive" });
    newer.child.kill("SIGTERM");
    expect((await newer.ended).code).toBe(0);
  });

  it("does not start where another has its place", async () => {
    const two = await fleet(2);
    const first = start(two, "n1", 0);
    await first.has("is up");
    const samePort = start(two, "n2", 0);
    expect(await samePort.ended).toMatchObject({
      code: 4,
      stderr: expect.stringMatching(/^error: cannot listen on .*another process has it/),
    });
    const sameName = start(two, "n1", 1);
    expect((await sameName.ended).code).toBe(4);
  });
});

describe("holdfast agent, before anything is started", () => {
  const good = ["agent", "--name", "n1", "--cluster", "c", "--bind", "127.0.0.1:0"];
  const env = { HOLDFAST_KEY: key };

  it.each([
    [["--name", "N 1"], /--name: expected lower-case letters/],
    [["--bind", "10.0.0.1"], /--bind: expected an address such as/],
    [["--join", "x"], /--join: expected an address such as/],
    [["--join", "10.0.0.1:0"], /--join: expected a port from 1/],
    [["--advertise", "10.0.0.1:0"], /--advertise: expected a port/],
    [Array(17).fill(["--join", "10.0.0.1:1"]).flat(), /--join: expected at most 16/],
    [["--detector", "swin"], /no detector "swin".*swim/],
    [["--profile", "moon"], /--profile: expected one of local, lan, wan/],
    [["--period", "1"], /--period: expected a duration such as/],
    [["--period", "1ms"], /--period: expected at least 10ms/],
    [["--members-max", "1"], /--members-max: expected a count from 2/],
    [["--members-max", "1e3"], /--members-max: expected a count/],
    [["--cluster", ""], /missing: expected --cluster/],
    [["--cluster", "c".repeat(65)], /--cluster: expected at most 64/],
  ])("refuses %j", async (more, message) => {
    const { code, stderr } = await run([...good, ...more], { cwd: "/", env });
    expect([code, stderr]).toEqual([2, expect.stringMatching(message)]);
  });

  it.each([
    [{}, 2, /missing: expected --key-file \(openssl rand -hex 32 makes a key\) or HOLDFAST_KEY/],
    [{ HOLDFAST_KEY: "0011" }, 2, /HOLDFAST_KEY: expected 32 to 128 hex.* got 4 characters/],
    [{ HOLDFAST_KEY: `${key}zz` }, 2, /got 34 characters/],
    [{ HOLDFAST_KEY: key, HOLDFAST_KEY_FILE: "f" }, 2, /not both/],
    [{ HOLDFAST_KEY_FILE: "/nowhere/key" }, 3, /the key: expected a file.*ENOENT.*make one/],
  ])("refuses a key that is missing or none: %j", async (variables, code, message) => {
    const result = await run(good, { cwd: "/", env: variables });
    expect([result.code, result.stderr]).toEqual([code, expect.stringMatching(message)]);
    expect(result.stderr).not.toContain(key);
  });

  it("refuses a key file that is too short, and warns of one that others can read", async () => {
    const cwd = await testFolder();
    await writeFile(join(cwd, "short"), "00112233\n", { mode: 0o600 });
    const short = await run([...good, "--key-file", "short", "--json"], { cwd });
    expect(short.code).toBe(3);
    expect(jsonOf(short)).toMatchObject({
      schema: "holdfast.agent/1",
      error: { message: expect.stringContaining("16 to 64 bytes") },
    });
    await writeFile(join(cwd, "open"), `${key}\n`, { mode: 0o644 });
    // It is not started: the folder of its state is a file.
    const open = await run([...good, "--key-file", "open", "--state-dir", "short"], { cwd });
    expect(open.code).toBe(4);
    expect(open.stderr).toContain("chmod 600");
  });
});

describe("CLI-10: holdfast members", () => {
  it("exits with 4 when nobody answers, and with 2 when it cannot know where to ask", async () => {
    const cwd = await testFolder();
    const none = await run(["members", "--state-dir", "."], { cwd });
    expect([none.code, none.stderr]).toEqual([4, expect.stringContaining("no agent was started")]);
    const named = await run(["members", "--state-dir", ".", "--name", "n1", "--json"], { cwd });
    expect(named.code).toBe(4);
    expect(jsonOf(named)).toMatchObject({
      error: { silent: [{ node: "n1", reason: "no-replica" }] },
    });
    const why = await run(["members", "--state-dir", ".", "--name", "n1", "--why", "n2"], { cwd });
    expect(why.code).toBe(4);
    expect((await run(["members"], { cwd })).code).toBe(2);
    expect((await run(["members", "--state-dir", ".", "--why", "N 2"], { cwd })).code).toBe(2);
    const env = { HOLDFAST_STATE_DIR: "." };
    expect((await run(["members"], { cwd, env })).code).toBe(4);
  });
});
