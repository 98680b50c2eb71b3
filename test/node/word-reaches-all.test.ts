/**
 * OVERRIDE-6: a word that was accepted reaches every replica that is there in the end, whatever was
 * lost, slept, cut off or restarted meanwhile.
 */
import { describe, expect, it } from "vitest";
import type { App } from "../../src/control/app.js";
import type { ChannelWord } from "../../src/control/cycle/overrides.js";
import { type NodeId, nodeId } from "../../src/kernel/ids.js";
import { Prng } from "../../src/kernel/prng.js";
import { BenchCluster } from "../support/bench-cluster.js";
import { counting } from "../support/counting-app.js";

const [n1, n2, n3] = [nodeId("n1"), nodeId("n2"), nodeId("n3")];
const all = [n1, n2, n3];
const channel = "n2/level";

/** An app without a memory: its states never differ, so no replica ever takes another's health. */
const forgetful: App = {
  ...counting,
  control: () => ({ state: counting.initial, commands: {} }),
};

function running(app = forgetful): BenchCluster {
  const cluster = new BenchCluster(app, 3);
  cluster.read = (node) => 20 + Number(node.slice(1)) * 0.2;
  cluster.run(2_000);
  return cluster;
}

/** As a person says it: a moment lies between the question whether it is taken and the taking. */
function say(cluster: BenchCluster, to: NodeId, word: ChannelWord, between = () => {}): boolean {
  const command = { sensor: "level", channel, word };
  const node = cluster.nodes.get(to);
  if (node === undefined || node.whyNot(command) !== null) return false;
  between();
  cluster.feed(to, { kind: "override", ...command });
  return true;
}

const states = (cluster: BenchCluster): (string | undefined)[] =>
  all.map((id) => {
    const sensors = cluster.nodes.get(id)?.status(cluster.now).sensors;
    return sensors?.[0]?.channels.find((one) => one.channel === channel)?.state;
  });

const everywhere = (state: string): string[] => all.map(() => state);

/** What a channel is in the end, some seconds after the last word on it. */
const settled = { exclude: "overridden", include: "vouched", auto: "trusted" } as const;

describe("OVERRIDE-6: a word reaches a replica", () => {
  it("that was cut off for as long as it was told", () => {
    const cluster = running();
    cluster.drop = (source, target) => source === n3 || target === n3;
    cluster.run(1_000);
    expect(say(cluster, n1, "exclude")).toBe(true);
    cluster.run(3_000);
    expect(states(cluster)).toEqual(["overridden", "overridden", "excluded"]);
    cluster.drop = () => false;
    cluster.run(3_000);
    expect(states(cluster)).toEqual(everywhere("overridden"));
  });

  it("that was cut off when the word was taken back", () => {
    const cluster = running();
    say(cluster, n1, "exclude");
    cluster.run(1_000);
    cluster.drop = (source, target) => source === n3 || target === n3;
    expect(say(cluster, n2, "auto")).toBe(true);
    cluster.run(20_000);
    cluster.drop = () => false;
    cluster.run(6_000);
    expect(states(cluster)).toEqual(everywhere("trusted"));
  });

  it("that slept meanwhile, a few seconds long", () => {
    const cluster = running();
    say(cluster, n1, "exclude");
    cluster.run(4_000, [n3]);
    cluster.run(2_000);
    expect(states(cluster)).toEqual(everywhere("overridden"));
  });

  it("when the one that was told loses the cluster's time at that moment", () => {
    const cluster = running();
    const heard = say(cluster, n1, "exclude", () => {
      cluster.drop = (source, target) => source === n1 || target === n1;
      cluster.run(3_000);
    });
    expect(heard).toBe(true);
    cluster.run(3_000);
    cluster.drop = () => false;
    cluster.run(3_000);
    expect(states(cluster)).toEqual(everywhere("overridden"));
  });

  it("that starts, and whose health comes from one that has missed the word", () => {
    const cluster = running(counting);
    cluster.drop = (source, target) => source === n3 || target === n3;
    say(cluster, n1, "exclude");
    cluster.run(3_000);
    cluster.stop(n2);
    cluster.start(n2);
    cluster.drop = (source, target) => source === n1 || target === n1;
    cluster.run(3_000);
    cluster.drop = () => false;
    cluster.run(3_000);
    expect(states(cluster)).toEqual(everywhere("overridden"));
  });

  it("though every replica restarts, one after another", () => {
    const cluster = running(counting);
    say(cluster, n1, "exclude");
    cluster.run(2_000);
    for (const id of all) {
      cluster.stop(id);
      cluster.run(1_000);
      cluster.start(id);
      cluster.run(3_000);
    }
    expect(states(cluster)).toEqual(everywhere("overridden"));
  });

  /** One of what happens on a busy machine and a bad network, and something in the midst of it. */
  function trouble(cluster: BenchCluster, dice: Prng, meanwhile: () => void): void {
    const id = all[dice.below(3)] as NodeId;
    const kind = dice.below(5);
    const loss = new Prng(dice.next());
    if (kind === 0) cluster.drop = () => loss.chance(0.5);
    if (kind === 1) cluster.drop = (source, target) => source === id || target === id;
    if (kind === 2) cluster.drop = (source) => source === id;
    if (kind === 3) cluster.stop(id);
    const asleep = kind === 4 ? [id] : [];
    cluster.run(dice.below(1_500), asleep);
    meanwhile();
    cluster.run(dice.below(2_500), asleep);
    if (kind === 3) cluster.start(id);
    cluster.drop = () => false;
  }

  const seeds = 60;

  it.each([
    ["a memory", counting],
    ["no memory", forgetful],
  ] as const)(`whatever happens: ${seeds} seeds, an app with %s`, (_, app) => {
    const lost: unknown[] = [];
    for (let seed = 0; seed < seeds; seed += 1) {
      const dice = new Prng(seed);
      const cluster = running(app);
      let last: keyof typeof settled = "auto";
      for (let step = 0; step < 6; step += 1) {
        const word = (["exclude", "include", "auto"] as const)[dice.below(3)] ?? "auto";
        const to = all[dice.below(3)] as NodeId;
        const pause = dice.chance(0.3) ? dice.below(1_000) : 0;
        trouble(cluster, dice, () => {
          if (say(cluster, to, word, () => cluster.run(pause, [to]))) last = word;
        });
        // Words are in the order of their cycles: the next is said when this one holds, somewhere.
        cluster.run(1_000);
      }
      cluster.run(6_000);
      const found = states(cluster);
      if (!found.every((state) => state === settled[last])) lost.push([seed, last, found]);
    }
    expect(lost).toEqual([]);
  });
});
