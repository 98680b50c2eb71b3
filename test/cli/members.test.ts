/** `holdfast members`: the table, and asking agents that run in this process. */
import { describe, expect, it, onTestFinished } from "vitest";
import { membersText } from "../../src/cli/members/text.js";
import { LiveAgent } from "../../src/host/live-agent.js";
import type { LiveAgentStatus } from "../../src/host/live-status.js";
import { nodeId } from "../../src/kernel/ids.js";
import { instant, seconds } from "../../src/kernel/time.js";
import { rankUnassigned } from "../../src/membership/claims.js";
import type { CaseFile, Member } from "../../src/membership/ports.js";
import { checksumMac } from "../../src/wire/mac.js";
import { testFolder } from "../host/support/folder.js";
import { ScriptedMembership } from "../node/scripted-membership.js";
import { jsonOf, run } from "./support/captured-io.js";

const [n1, n2, n3] = [nodeId("n1"), nodeId("n2"), nodeId("n3")];

const memberOf = (member: typeof n1, more: Partial<Member> = {}): Member => ({
  ...{ member, state: "alive", life: 5, incarnation: 0, rank: 1, address: "10.0.0.2:1" },
  ...{ since: instant(1_000_000), flaps: 0 },
  ...more,
});

function statusOf(members: readonly Member[], more: Partial<LiveAgentStatus["agent"]> = {}) {
  const agent = {
    ...{ node: n1, cluster: "c", bootId: 5, at: instant(4_000_000), silenced: false, leader: n2 },
    ...{ healthScore: 0, members, watched: [], links: {}, refusals: {} },
    ...more,
  };
  return { agent, host: { pid: 7, uptime: seconds(90) } } as unknown as LiveAgentStatus;
}

describe("the fleet for people", () => {
  it("shows each member, its state and place, who leads, and since when", () => {
    const text = membersText(
      statusOf([
        memberOf(n1, { address: null, rank: rankUnassigned }),
        memberOf(n2),
        memberOf(n3, { state: "expected", life: 0, address: null, flaps: 2 }),
      ]),
      (_tone, said) => said,
    );
    expect(text).toBe(
      [
        "n1 of c: 2 alive, 1 expected, n2 leads",
        "  process 7, life 5, up 90 s, well (health score 0)",
        "  member  state     address     life  incarnation     rank    for  flaps",
        "  n1      alive     itself         5            0        -  3.0 s      0",
        "  n2      alive     10.0.0.2:1     5            0  leads 1  3.0 s      0",
        "  n3      expected  -              -            0        1  3.0 s      2",
        "",
      ].join("\n"),
    );
  });

  it("says what is wrong with the agent itself", () => {
    const more = { silenced: true, leader: null, healthScore: 3 };
    const text = membersText(statusOf([memberOf(n1)], more), (tone, said) => `<${tone}>${said}`);
    expect(text).toContain("nobody is known to lead");
    expect(text).toContain("not well (health score 3)");
    expect(text).toContain("<bad>silent: its name belongs to a newer life");
  });
});

describe("CLI-10: holdfast members, asked of agents in this process", () => {
  async function startAgent(stateDir: string, name: string) {
    const membership = new ScriptedMembership();
    const agent = { cluster: "c", mac: checksumMac(new Uint8Array(16)), membersMax: 8 };
    const live = await LiveAgent.start({
      agent: {
        ...{ ...agent, self: nodeId(name), latenessMax: seconds(60) },
        makeMembership: () => membership,
      },
      ...{ bind: { address: "127.0.0.1", port: 0 }, seeds: [], stateDir, faultsAllowed: false },
      ...{ onEvent: () => {}, onWarning: () => {} },
    });
    onTestFinished(() => live.stop());
    return membership;
  }

  const file: CaseFile = {
    ...{ member: n3, life: 5, incarnation: 0, accusations: [], suspicion: null },
    ...{
      declaredBy: n2,
      declaredAt: instant(0),
      healthScore: 0,
      lateAt: null,
      refutedAt: null,
      returnedLife: null,
    },
  };

  it("tells what each of them holds against a member", async () => {
    const cwd = await testFolder();
    const [first, second] = [await startAgent(cwd, "n1"), await startAgent(cwd, "n2")];
    first.view = [memberOf(n3)];
    second.view = [memberOf(n3)];
    second.cases.set(n3, file);
    const words = ["members", "--state-dir", ".", "--why", "n3"];
    const text = await run(words, { cwd });
    expect(text.stdout).toMatch(
      /^as n1 sees it\n {2}n3: nobody accuses it\.\n\nas n2 sees it\n {2}n3 .* declared gone\.\n/,
    );
    const json = jsonOf(await run([...words, "--json"], { cwd }));
    expect(json).toMatchObject({
      ...{ schema: "holdfast.members/1", member: n3, silent: [] },
      cases: [
        { node: n1, case: null },
        { node: n2, case: file },
      ],
    });
    const none = await run(["members", "--state-dir", ".", "--why", "n9"], { cwd });
    expect([none.code, none.stderr]).toEqual([4, "error: no member n9 is known here\n"]);
  });

  it("lists what each of them knows, and is not asked by status", async () => {
    const cwd = await testFolder();
    const membership = await startAgent(cwd, "n1");
    membership.view = [memberOf(n1), memberOf(n2)];
    const { code, stdout } = await run(["members", "--state-dir", "."], { cwd });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^n1 of c: 2 alive, nobody is known to lead\n/);
    const json = jsonOf(await run(["members", "--state-dir", ".", "--json"], { cwd }));
    expect(Object.keys(json)).toEqual(["schema", "stateDir", "agents", "silent"]);
    const status = await run(["status", "--state-dir", "."], { cwd });
    expect([status.code, status.stderr]).toEqual([
      4,
      expect.stringContaining("no replica was started"),
    ]);
  });
});
