import { describe, expect, it } from "vitest";
import { type SummaryParts, summarise, summaryText } from "../../../src/cli/demo/summary.js";
import { nodeId } from "../../../src/kernel/ids.js";
import { instant, micros } from "../../../src/kernel/time.js";
import { Tally } from "../../../src/observe/tally.js";
import { excluded, replicaView, seen, verdict } from "./support/views.js";

const channel = "pi-2/temperature";

/** @param cycles that were voted, a tenth of a second each */
function tallyOf(cycles: readonly number[]): Tally {
  const tally = new Tally(0.1);
  for (const cycle of cycles) {
    const voted = { kind: "voted", cycle, sensor: "temperature", verdict: verdict(20) } as const;
    tally.see(seen(cycle / 10, "pi-1", { ...voted, latency: micros(0) }));
  }
  return tally;
}

const partsOf = (tally: Tally, more: Partial<SummaryParts> = {}): SummaryParts => ({
  ...{ app: "boiler", attended: false, elapsedS: 2, tally, drivenTwice: 0, firmware: null },
  replicas: ["pi-1", "pi-2"].map((node) => replicaView(node)),
  recordings: { "pi-1": "/tmp/d/recordings/pi-1-7.ndjson" },
  residentBytesMax: 1,
  folder: "/tmp/d",
  ...more,
});

const whole = Array.from({ length: 20 }, (_, index) => index + 1);

describe("the verdict on a demo", () => {
  it("is ok when every cycle had a value and one replica drove at a time", () => {
    const summary = summarise(partsOf(tallyOf(whole)));
    expect(summary).toMatchObject({ verdict: "ok", because: [], votes: { voted: 20, missed: 0 } });
  });

  it("is bad when a cycle had no value, in the middle or at the end", () => {
    const gap = summarise(partsOf(tallyOf(whole.filter((cycle) => cycle !== 7))));
    expect(gap).toMatchObject({ verdict: "bad", because: ["1 cycle had no voted value"] });
    const silent = summarise(partsOf(tallyOf(whole.slice(0, 10))));
    expect(silent.verdict).toBe("bad");
    expect(silent.votes.missed).toBeGreaterThan(5);
  });

  it("is bad when there was no value at all", () => {
    expect(summarise(partsOf(tallyOf([])))).toMatchObject({
      ...{ verdict: "bad", firstVoteS: null },
      because: ["there was no voted value at all"],
    });
  });

  it("is bad when two drove at once, whoever plays with it", () => {
    for (const attended of [true, false]) {
      const summary = summarise(partsOf(tallyOf(whole), { drivenTwice: 1, attended }));
      expect(summary).toMatchObject({
        verdict: "bad",
        because: ["two replicas drove at once, once"],
      });
    }
  });

  it("does not blame the cluster for more faults than it bears, set by a visitor", () => {
    const summary = summarise(partsOf(tallyOf([1, 2, 9]), { attended: true }));
    expect(summary.verdict).toBe("ok");
    expect(summaryText(summary, "holdfast")).not.toContain("every cycle");
  });
});

describe("the summary in words", () => {
  it("tells what became of each fault, and how to replay", () => {
    const tally = tallyOf(whole);
    const sensor = tally.faultSet(0.2, { kind: "sensor", channel, fault: "stuck" });
    tally.see(seen(0.51234, "pi-1", excluded(channel)));
    tally.faultCleared(0.8, sensor);
    const about = { sensor: "temperature", channel, fault: null };
    const readmitted = { kind: "channel-readmitted", ...about } as const;
    tally.see(seen(1.2, "pi-1", readmitted));
    tally.see(seen(1.21, "pi-1", { kind: "lease-acquired", until: instant(1), token: 1 }));
    tally.faultSet(1.3, { kind: "kill", node: nodeId("pi-1"), drove: true });
    tally.see(seen(1.4, "pi-2", { kind: "lease-acquired", until: instant(1), token: 1 }));
    tally.faultSet(1.5, { kind: "loss", share: 0.1 });
    expect(summaryText(summarise(partsOf(tally)), "npx holdfast")).toBe(
      [
        "boiler: 2 replicas for 2 s",
        "votes: 20 of 20 cycles, first after 0.1 s, longest gap 0.1 s",
        "0.2 s: pi-2/temperature stuck; found at 0.512 s, cleared at 0.8 s, back at 1.2 s",
        "1.3 s: pi-1 killed while it drove; taken over at 1.4 s",
        "1.5 s: the network loses 10 % of the packets",
        "takeovers: 1, state faults: 0, driven twice: 0",
        "ok: every cycle had a voted value, and one replica drove at a time",
        "logs and recordings: /tmp/d",
        "  npx holdfast replay /tmp/d/recordings/pi-1-7.ndjson",
        "",
      ].join("\n"),
    );
  });

  it("says what was bad, and that the machine was busy", () => {
    const tally = tallyOf(whole.slice(2));
    tally.see(seen(1, "pi-1", { kind: "was-late", by: micros(1) }));
    const text = summaryText(summarise(partsOf(tally, { drivenTwice: 2 })), "holdfast");
    expect(text).toContain("BAD: two replicas drove at once, 2 times\n");
    expect(text).toContain("woke late: once");
  });
});
