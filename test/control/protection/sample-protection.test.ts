/** The checks of one channel's samples, for every profile. */
import { describe, expect, it } from "vitest";
import { e2eProfileNames, e2eProfiles } from "../../../src/codes/e2e/stream.js";
import { channel } from "../../../src/control/channels.js";
import { protectedBytes } from "../../../src/control/protection/protection.js";
import {
  SampleProtection,
  type SampleReader,
} from "../../../src/control/protection/sample-protection.js";
import { nodeId } from "../../../src/kernel/ids.js";
import { micros } from "../../../src/kernel/time.js";

const [a, b] = [nodeId("a"), nodeId("b")];
const channels = new Map([
  ["level", [channel(a, "level"), channel(b, "level")]],
  ["heat", [channel(a, "heat"), channel(b, "heat")]],
]);
const age = micros(1_500);
const content = (value: number | null) => ({ value, age });

describe.each(e2eProfileNames)("samples under %s", (profile) => {
  const start = () => new SampleProtection(profile, a, channels);
  const fresh = (): SampleReader => new SampleProtection(profile, b, channels).reader("a/level");
  const protect = (from: SampleProtection, cycle: number, value: number | null = 20) =>
    from.protect(0, content(value), cycle);

  it("PROT-3: arrive as they were sent, omissions too, cycle after cycle", () => {
    const [sender, reader] = [start(), fresh()];
    for (let cycle = 5; cycle < 5 + 3 * e2eProfiles.P05.counters; cycle += 1) {
      const value = cycle % 7 === 0 ? null : cycle / 3;
      const frame = protect(sender, cycle, value);
      expect(frame).toHaveLength(protectedBytes(profile));
      expect(reader.check(frame, cycle)).toMatchObject({ ok: true, content: content(value) });
    }
    expect(reader.standing()).toEqual({ channel: "a/level", state: "VALID" });
  });

  it("PROT-4: with any one bit changed are no value, and the next one is good again", () => {
    const [sender, reader] = [start(), fresh()];
    for (let bit = 0; bit < 8 * protectedBytes(profile); bit += 1) {
      const cycle = 1 + bit;
      const frame = protect(sender, cycle);
      frame[bit >> 3] = (frame[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      const finding = reader.check(frame, cycle);
      expect(finding.ok, `bit ${bit}`).toBe(false);
      // To 8 bits of CRC a broken frame may look like a stranger's: it is no value all the same.
      if (e2eProfiles[profile].headerBytes > 2 && !e2eProfiles[profile].tellsDataId) {
        expect(finding).toEqual({ ok: false, fault: "CORRUPT" });
      }
    }
    expect(reader.check(protect(sender, 9_000), 9_000)).toMatchObject({ ok: true });
  });

  it("PROT-4: are CORRUPT where a bit of the value was changed", () => {
    const [sender, reader] = [start(), fresh()];
    const frame = protect(sender, 1);
    const at = frame.length - 7;
    frame[at] = (frame[at] ?? 0) ^ 0x10;
    expect(reader.check(frame, 1)).toEqual({ ok: false, fault: "CORRUPT" });
  });

  it("PROT-4: of another channel of the node are a MASQUERADE", () => {
    const [sender, reader] = [start(), fresh()];
    // P02 sees it in the frames in which the two lists differ: all but one of sixteen at most.
    const faults = Array.from({ length: 16 }, (_, cycle) => {
      const own = sender.protect(0, content(20), cycle);
      const finding = reader.check(sender.protect(1, content(20), cycle), cycle);
      expect(own).toHaveLength(protectedBytes(profile));
      return finding.ok ? "none" : finding.fault;
    });
    expect(faults.filter((fault) => fault === "MASQUERADE").length).toBeGreaterThanOrEqual(15);
  });

  it("PROT-4: of the cycle before, in a message of this one, are stale", () => {
    const [sender, reader] = [start(), fresh()];
    const old = protect(sender, 1);
    expect(reader.check(old, 1)).toMatchObject({ ok: true });
    expect(reader.check(old, 2)).toEqual({ ok: false, fault: "STALE_TIMESTAMP" });
    expect(reader.check(protect(sender, 3), 3)).toMatchObject({ ok: true });
  });

  it("PROT-5: are judged alike by all, whatever each has heard before", () => {
    const sender = start();
    const readers = Array.from({ length: 24 }, () => fresh());
    // The reader number n has heard nothing since cycle n; the last has never heard anything.
    for (let cycle = 0; cycle < 24; cycle += 1) {
      const frame = protect(sender, cycle);
      for (const [n, reader] of readers.entries()) {
        if (cycle < n && n < 23) reader.check(frame, cycle);
      }
    }
    const [old, next] = [protect(sender, 24), protect(sender, 25)];
    for (const reader of readers) {
      expect(reader.check(next, 25)).toMatchObject({ ok: true, content: content(20) });
      expect(reader.check(old, 26)).toEqual({ ok: false, fault: "STALE_TIMESTAMP" });
    }
  });

  it("PROT-5: of a sender that was restarted count at once", () => {
    const [sender, reader] = [start(), fresh()];
    for (let cycle = 0; cycle < 9; cycle += 1) reader.check(protect(sender, cycle), cycle);
    for (let cycle = 9; cycle < 12; cycle += 1) reader.miss();
    const again = start();
    for (let cycle = 12; cycle < 20; cycle += 1) {
      expect(reader.check(protect(again, cycle), cycle)).toMatchObject({ ok: true });
    }
    expect(reader.standing().state).toBe("VALID");
  });

  it("PROT-7: that do not come make the stream invalid, and it comes back", () => {
    const [sender, reader] = [start(), fresh()];
    for (let cycle = 0; cycle < 9; cycle += 1) reader.check(protect(sender, cycle), cycle);
    for (let cycle = 9; cycle < 20; cycle += 1) reader.miss();
    expect(reader.standing().state).toBe("INVALID");
    for (let cycle = 20; cycle < 30; cycle += 1) reader.check(protect(sender, cycle), cycle);
    expect(reader.standing().state).toBe("VALID");
  });
});
