/** The section `state` of a config, and what a node is in the first group. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { accepted, ConfigFolder, problemLines, soundConfig } from "./support/folder.js";

let folder: ConfigFolder;
beforeEach(async () => {
  folder = await ConfigFolder.make();
});
afterEach(() => folder.remove());

/** The section is on line 9. */
const load = (section: string) => folder.load(`${soundConfig}state: ${section}\n`);

/** The nodes are on lines 5 to 7. */
const withRoles = (...roles: readonly string[]) =>
  folder.load(
    soundConfig.replace(/ \}$/gm, () => {
      const role = roles[0];
      roles = roles.slice(1);
      return role === undefined ? " }" : `, state: ${role} }`;
    }),
  );

async function settings(section: string) {
  const { state } = accepted(await load(section)).settings.cluster;
  return state;
}

describe("the replicated state of a config", () => {
  it("STATE-CONFIG-1: has all nodes as voters, and times for a wired network", async () => {
    const { state } = accepted(await folder.load(soundConfig)).settings.cluster;
    expect([...(state?.group ?? [])]).toEqual([
      ["a", "voter"],
      ["b", "voter"],
      ["c", "voter"],
    ]);
    expect(state).toMatchObject({
      ...{ heartbeat: 100_000, election: 1_000_000, leaseReads: false },
      ...{ stallAfter: 500_000, snapshotEvery: 3_600_000_000, bytesPerHourMax: null },
      canaryEvery: 2_000_000,
    });
  });

  it("STATE-CONFIG-1: takes what is said", async () => {
    const said = "heartbeat: 10ms, election: 100ms, leaseReads: true, bytesPerHourMax: 50MiB";
    expect(await settings(`{ ${said}, canaryEvery: 10s }`)).toMatchObject({
      canaryEvery: 10_000_000,
      ...{ heartbeat: 10_000, election: 100_000, leaseReads: true, bytesPerHourMax: 52_428_800 },
    });
  });

  it("STATE-CONFIG-2: is as patient as ten heartbeats, and a second at least", async () => {
    expect(await settings("{ heartbeat: 20ms }")).toMatchObject({ election: 1_000_000 });
    expect(await settings("{ heartbeat: 500ms }")).toMatchObject({ election: 5_000_000 });
  });

  it("STATE-CONFIG-2: beats half as often as the replicas, and each 100 ms at most", async () => {
    const timed = async (heartbeat: string, more = "") => {
      const timing = `timing: { cycle: 100ms, heartbeat: ${heartbeat} }`;
      const loaded = await folder.load(`${soundConfig}${timing}\n${more}`);
      return accepted(loaded).settings.cluster.state;
    };
    expect(await timed("20ms")).toMatchObject({ heartbeat: 100_000, election: 1_000_000 });
    expect(await timed("1s")).toMatchObject({ heartbeat: 2_000_000, election: 20_000_000 });
    expect(await timed("8s")).toMatchObject({ heartbeat: 10_000_000, election: 100_000_000 });
    const said = "state: { heartbeat: 30ms }\n";
    expect(await timed("1s", said)).toMatchObject({ heartbeat: 30_000, election: 1_000_000 });
  });

  it("STATE-CONFIG-2: takes an election of four heartbeats, and none of fewer", async () => {
    expect(await settings("{ election: 400ms }")).toMatchObject({ election: 400_000 });
    expect(problemLines(await load("{ election: 399ms }")).join("\n")).toContain(
      "state.election: expected 400ms (4 heartbeats) to 10m",
    );
  });

  it.each([
    ["{ heartbeat: 999us }", "9:21: state.heartbeat: expected 1ms to 10s"],
    ["{ heartbeat: 11s, election: 1m }", "9:21: state.heartbeat: expected 1ms to 10s"],
    ["{ election: 11m }", "9:20: state.election: expected 400ms (4 heartbeats) to 10m"],
    ["{ stallAfter: 0s }", "9:22: state.stallAfter: expected more than 0"],
    ["{ canaryEvery: 0s }", "9:23: state.canaryEvery: expected more than 0"],
    ["{ snapshotEvery: 0s }", "9:25: state.snapshotEvery: expected more than 0"],
    ["{ heartbeat: 100 }", "9:21: state.heartbeat: expected a duration such as 250ms"],
    ["{ leaseReads: perhaps }", "9:22: state.leaseReads: expected true or false"],
    ["{ bytesPerHourMax: 50MB }", "9:27: state.bytesPerHourMax: expected a size such as 512B"],
    ["{ hearbeat: 1s }", '9:10: state.hearbeat: expected a known key, got "hearbeat" (did'],
  ])("STATE-CONFIG-3: refuses %s, with the place and what was expected", async (section, line) => {
    const lines = problemLines(await load(section));
    expect(lines.join("\n")).toContain(`holdfast.yaml:${line}`);
  });
});

describe("a node in the first group", () => {
  it("STATE-CONFIG-4: is what its line says; with `none` it waits to be added", async () => {
    const { state } = accepted(await withRoles("witness", "none", "voter")).settings.cluster;
    expect([...(state?.group ?? [])]).toEqual([
      ["a", "witness"],
      ["c", "voter"],
    ]);
    const learner = accepted(await withRoles("learner")).settings.cluster.state;
    expect(learner?.group.get("a" as never)).toBe("learner");
  });

  it("STATE-CONFIG-4: is refused where its role is none, or where nobody could lead", async () => {
    expect(problemLines(await withRoles("boss")).join("\n")).toContain(
      "nodes[0].state: expected one of voter, witness, learner, none, got",
    );
    const nobody = problemLines(await withRoles("witness", "learner", "none"));
    expect(nobody.join("\n")).toContain("expected at least one node whose state is `voter`");
    expect(problemLines(await withRoles("witness", "learner", "voter"))).toEqual([]);
  });
});
