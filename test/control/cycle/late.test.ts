/** CYCLE-6: a sample that comes after its vector was closed, and one that does not come at all. */
import { describe, expect, it } from "vitest";
import type { SampleMessage } from "../../../src/control/cycle/messages.js";
import { nodeId } from "../../../src/kernel/ids.js";
import { counting } from "../../support/counting-app.js";
import { agreeing, CycleBench, type PeerScript, peerDelay } from "../../support/cycle-bench.js";

const [n2, n3] = [nodeId("n2"), nodeId("n3")];

function running(): CycleBench {
  const bench = new CycleBench(counting, 3);
  bench.run(1_000);
  bench.runToEndOfCycle();
  bench.forget();
  return bench;
}

/** The sample comes so much later than those of healthy peers, in milliseconds. */
const delayed =
  (bench: CycleBench, ms: number, change: (mine: SampleMessage) => SampleMessage = (m) => m) =>
  (mine: SampleMessage): null => {
    const message = agreeing(change(mine));
    if (message !== null) bench.arrive(n2, message, peerDelay + ms * 1_000);
    return null;
  };

/** By cycle, why n2's channel did not count; null where it did. */
const reasons = (bench: CycleBench): (string | null)[] =>
  bench.events("voted").flatMap((event) => {
    if (event.kind !== "voted") return [];
    const mine = event.verdict.excluded.find(({ channel }) => channel === "n2/level");
    return [mine?.reason ?? null];
  });

function play(bench: CycleBench, scripts: readonly PeerScript[]): (string | null)[] {
  for (const script of scripts) {
    bench.peers.set(n2, script);
    bench.run(100);
  }
  return reasons(bench);
}

const lost: PeerScript = () => null;

describe("CYCLE-6: a channel whose sample is missing", () => {
  it("is LATE where that of the cycle before came after the vector was closed", () => {
    const bench = running();
    const late = delayed(bench, 60);
    // Of the first nobody can know yet whether it will come.
    expect(play(bench, [late, late, late])).toEqual(["NO_DATA", "LATE", "LATE"]);
  });

  it("is LATE also where it comes more than a cycle late", () => {
    const bench = running();
    const late = delayed(bench, 170);
    expect(play(bench, [late, late, late, late])).toEqual(["NO_DATA", "NO_DATA", "LATE", "LATE"]);
  });

  it("has NO_DATA where nothing came", () => {
    const bench = running();
    expect(play(bench, [lost, lost, lost])).toEqual(["NO_DATA", "NO_DATA", "NO_DATA"]);
  });

  it("has NO_DATA again once nothing comes late any more", () => {
    const bench = running();
    expect(play(bench, [delayed(bench, 60), lost, lost])).toEqual(["NO_DATA", "LATE", "NO_DATA"]);
  });

  it("has NO_DATA where what came late was of a clock that is not aligned", () => {
    const bench = running();
    const alone = delayed(bench, 60, (mine) => ({ ...mine, synchronised: false }));
    expect(play(bench, [alone, alone])).toEqual(["NO_DATA", "NO_DATA"]);
  });

  it("has NO_DATA where what came late counts cycles otherwise", () => {
    const bench = running();
    const other = delayed(bench, 60, (mine) => ({ ...mine, cycle: 3 }));
    bench.run(7_000);
    bench.forget();
    expect(play(bench, [other, other])).toEqual(["NO_DATA", "NO_DATA"]);
  });
});

describe("CYCLE-6: a sample that comes before its vector is closed counts", () => {
  it("however late in the cycle", () => {
    const bench = running();
    const slow = delayed(bench, 49);
    expect(play(bench, [slow, slow])).toEqual([null, null]);
  });

  it("also after one that was too late", () => {
    const bench = running();
    expect(play(bench, [delayed(bench, 60), agreeing, lost])).toEqual([
      ...["NO_DATA", null, "NO_DATA"],
    ]);
  });

  it("where it was asked for and came again in time, though its first copy is too late", () => {
    const bench = running();
    const twice: PeerScript = (mine) => {
      const message = agreeing(mine);
      // n3 has it, and sends it when we ask, half way to the cut-off.
      if (message !== null) bench.arrive(n2, message, 25_000 + 2 * peerDelay);
      return delayed(bench, 60)(mine);
    };
    expect(play(bench, [twice, twice, twice])).toEqual([null, null, null]);
    expect(bench.of("send-sample-request")).toHaveLength(3);
  });

  it("and the others are not late with it", () => {
    const bench = running();
    bench.peers.set(n2, delayed(bench, 60));
    bench.run(300);
    const excluded = bench.events("voted").flatMap((event) => {
      return event.kind === "voted" ? event.verdict.excluded.map(({ channel }) => channel) : [];
    });
    expect(new Set(excluded)).toEqual(new Set(["n2/level"]));
    expect(bench.peers.get(n3)).toBe(agreeing);
  });
});
