/**
 * A million mutated bytes leave the firmware answering. It takes the line 87 s to carry them, which
 * the simulation does in a fraction of that; the test files share them, so that they run beside one
 * another.
 */
import { describe, expect, it } from "vitest";
import { pinUses } from "../../../boards/bridge/frames.js";
import { cluster, type FirmwareRig, hostOf, powered } from "./firmware-rig.js";
import { bridgeWords, mutatedBytes, voterWords } from "./mutated-bytes.js";

const bytesInAll = 1_000_000;
const parts = 4;
/** The voter has three lines, which carry theirs at the same time. */
const bytesOfVoterLine = 20_000;
const bytesOfBridge = bytesInAll / parts - 3 * bytesOfVoterLine;

/** Sent and run at a time, so that the queue of the line is never full. */
const chunkBytes = 1_000;
const chunkMs = 87;

/** @param part 1 to 4; each is of other bytes */
export function survivesMutatedBytes(part: number): void {
  describe(`a quarter of a million mutated bytes, part ${part}`, () => {
    it("leave the bridge answering, without a reset", () => {
      const rig = powered("bridge");
      rig.run(100);
      flood(rig, [mutatedBytes(part, bytesOfBridge, bridgeWords)]);
      expect(rig.mcu.starts).toHaveLength(1);
      const host = hostOf(rig);
      host.say({ kind: "ask" });
      rig.run(100);
      expect(host.last("hello")?.boots).toBe(1);
      expect(host.last("beat")?.badFrames).toBeGreaterThan(1_000);
      host.say({
        kind: "bind",
        oldCluster: host.last("hello")?.cluster ?? 0,
        cluster,
        sequence: 1,
      });
      host.say({
        ...{ kind: "configure", cluster, sequence: 2, pin: 12, use: pinUses.output, flags: 0 },
        ...{ initial: 0xffff, safeKind: 1, safeValue: 0, debounceMs: 0 },
      });
      rig.run(100);
      expect(rig.mcu.drive("D12")).toBe("high");
    });

    it("leave the voter answering on all lines, without a reset, its outputs let go", () => {
      const rig = powered("voter");
      rig.run(100);
      const bytesOf = (place: number) =>
        mutatedBytes(100 * part + place, bytesOfVoterLine, voterWords);
      flood(rig, [bytesOf(0), bytesOf(1), bytesOf(2)]);
      expect(rig.mcu.starts).toHaveLength(1);
      for (const host of rig.hosts) {
        host.forget();
        host.say({ kind: "ask" });
      }
      rig.run(1_000);
      for (const host of rig.hosts) {
        expect(host.of("hello").length).toBeGreaterThan(0);
        expect(host.of("verdict").length).toBeGreaterThan(15);
      }
    });
  });
}

/** @param streams one for each line */
function flood(rig: FirmwareRig, streams: readonly Uint8Array[]): void {
  const longest = Math.max(...streams.map(({ length }) => length));
  for (let at = 0; at < longest; at += chunkBytes) {
    for (const [place, bytes] of streams.entries()) {
      hostOf(rig, place).sayBytes(bytes.subarray(at, at + chunkBytes));
    }
    rig.run(chunkMs);
    // A frame that was read once need not be kept.
    for (const host of rig.hosts) host.heard.splice(0, host.heard.length - 20);
  }
}
