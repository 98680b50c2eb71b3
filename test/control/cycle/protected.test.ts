/** One control cycle whose peers' samples are protected, and what a relay may do to them. */
import { describe, expect, it } from "vitest";
import { e2eProfileNames } from "../../../src/codes/e2e/stream.js";
import type { SampleMessage } from "../../../src/control/cycle/messages.js";
import { SampleProtection } from "../../../src/control/protection/sample-protection.js";
import { nodeId } from "../../../src/kernel/ids.js";
import { micros } from "../../../src/kernel/time.js";
import { counting } from "../../support/counting-app.js";
import { agreeing, CycleBench } from "../../support/cycle-bench.js";

const [n2, n3] = [nodeId("n2"), nodeId("n3")];

describe.each(e2eProfileNames)("a cycle whose samples are protected by %s", (profile) => {
  function running() {
    const bench = new CycleBench(counting, 3, 0, profile);
    /** What the way to us makes of the frames of n3. */
    const way = { change: (frame: Uint8Array, _cycle: number): Uint8Array => frame };
    for (const peer of [n2, n3]) {
      const protection = new SampleProtection(profile, peer, bench.options.channels);
      bench.peers.set(peer, (mine): SampleMessage | null => {
        const frame = protection.protect(0, { value: 20, age: micros(7) }, mine.cycle);
        const values = [peer === n3 ? way.change(frame, mine.cycle) : frame];
        const message = agreeing(mine);
        return message === null ? null : { ...message, values };
      });
    }
    bench.run(1_000);
    bench.runToEndOfCycle();
    bench.forget();
    return { bench, way };
  }

  const lastVote = (bench: CycleBench) => {
    bench.run(100);
    const event = bench.events("voted").at(-1);
    return event?.kind === "voted" ? event.verdict : null;
  };

  it("PROT-3: votes on all of them, its own among them", () => {
    const { bench } = running();
    expect(lastVote(bench)).toMatchObject({ status: "ok", value: 20, excluded: [] });
    expect(bench.of("send-sample")[0]?.message.values[0]).toBeInstanceOf(Uint8Array);
    expect(bench.cycle.protectedChannels().map(({ state }) => state)).toEqual([
      ...["VALID", "VALID", "VALID"],
    ]);
  });

  it("PROT-4: an old frame in a new message is stale, and the next is taken", () => {
    const { bench, way } = running();
    const kept: Uint8Array[] = [];
    way.change = (frame) => {
      kept.push(frame);
      return frame;
    };
    bench.run(300);
    for (const back of [1, 2, 3]) {
      const old = kept.at(-back);
      way.change = (frame) => {
        kept.push(frame);
        return old ?? frame;
      };
      const stale = [{ channel: "n3/level", reason: "STALE_TIMESTAMP" }];
      expect(lastVote(bench)).toMatchObject({ status: "degraded", value: 20, excluded: stale });
      way.change = (frame) => frame;
      expect(lastVote(bench)).toMatchObject({ status: "ok", excluded: [] });
    }
  });

  it("PROT-4: a stream that is late by the same time throughout is stale throughout", () => {
    const { bench, way } = running();
    const queue: Uint8Array[] = [];
    way.change = (frame) => {
      queue.push(frame);
      return (queue.length > 1 ? queue.shift() : undefined) ?? frame;
    };
    bench.run(200);
    for (let cycle = 0; cycle < 10; cycle += 1) {
      expect(lastVote(bench)?.excluded).toMatchObject([{ reason: "STALE_TIMESTAMP" }]);
    }
    expect(bench.events("channel-excluded")).toMatchObject([{ channel: "n3/level" }]);
  });

  it("PROT-4: the frame of another channel is a masquerade", () => {
    const { bench, way } = running();
    const other = new SampleProtection(profile, n2, bench.options.channels);
    way.change = (_, cycle) => other.protect(0, { value: 20, age: micros(7) }, cycle);
    const reasons = Array.from({ length: 16 }, () => lastVote(bench)?.excluded[0]?.reason);
    expect(reasons.filter((reason) => reason === "MASQUERADE").length).toBeGreaterThanOrEqual(3);
    expect(bench.events("channel-excluded")).toMatchObject([{ reason: "MASQUERADE" }]);
  });
});
