/**
 * A million mutated bytes leave the firmware answering. It takes the line 87 s to carry them, which
 * the simulation does in a fraction of that; the test files share them, so that they run beside one
 * another.
 */
import { describe, expect, it } from "vitest";
import { type DeviceFrame, pinUses, results } from "../../../boards/bridge/frames.js";
import { boundBridge, cluster, type FirmwareRig, hostOf, powered } from "./firmware-rig.js";
import { bridgeWords, mutatedBytes, voterWords } from "./mutated-bytes.js";

const bytesInAll = 1_000_000;
const parts = 4;
/** The voter has three lines, which carry theirs at the same time. */
const bytesOfVoterLine = 20_000;
const bytesOfBridge = bytesInAll / parts - 3 * bytesOfVoterLine;

/** Sent and run at a time, so that the queue of the line is never full. */
const chunkBytes = 1_000;
const chunkMs = 87;

/** The longest hold, that of an initial value, and a little; in milliseconds. */
const holdsEndMs = 1_050;

/** Of some thousand at the bridge; the lines of the voter carry less. */
const obeyedMin = 100;

const isObeyed = (frame: DeviceFrame): boolean =>
  (frame.kind === "done" || frame.kind === "taken") && frame.result === results.done;

/** @param part 1 to 4; each is of other bytes */
export function survivesMutatedBytes(part: number): void {
  describe(`a quarter of a million mutated bytes, part ${part}`, () => {
    it("leave the bridge answering, without a reset, its outputs safe after their holds", () => {
      const rig = boundBridge();
      const done = flood(rig, [mutatedBytes(part, bytesOfBridge, bridgeWords)]);
      expect(rig.mcu.starts).toHaveLength(1);
      expect(done, "commands that were obeyed").toBeGreaterThan(obeyedMin);
      rig.run(holdsEndMs);
      expect([rig.mcu.drive("D13"), rig.mcu.drive("D9")]).toEqual(["low", "low"]);
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

    it("leave the voter answering on all lines, without a reset, its outputs safe at last", () => {
      const rig = powered("voter");
      rig.run(100);
      const bytesOf = (place: number) =>
        mutatedBytes(100 * part + place, bytesOfVoterLine, voterWords);
      const taken = flood(rig, [bytesOf(0), bytesOf(1), bytesOf(2)]);
      expect(rig.mcu.starts).toHaveLength(1);
      expect(taken, "votes and declarations that were taken").toBeGreaterThan(obeyedMin);
      rig.run(holdsEndMs);
      expect(rig.mcu.probe("D6").takeDuty()).toBe(0);
      expect(["D5", "D6"].map((pin) => rig.mcu.drive(pin))).toEqual(["input", "low"]);
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

/**
 * @param streams one for each line
 * @returns how often the firmware said that it did what it was told
 */
function flood(rig: FirmwareRig, streams: readonly Uint8Array[]): number {
  let obeyed = 0;
  const longest = Math.max(...streams.map(({ length }) => length));
  for (let at = 0; at < longest; at += chunkBytes) {
    for (const [place, bytes] of streams.entries()) {
      hostOf(rig, place).sayBytes(bytes.subarray(at, at + chunkBytes));
    }
    rig.run(chunkMs);
    // A frame that was read once need not be kept.
    for (const host of rig.hosts) {
      obeyed += host.heard.filter(({ frame }) => isObeyed(frame)).length;
      host.forget();
    }
  }
  return obeyed;
}
