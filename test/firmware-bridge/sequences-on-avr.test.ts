/** What the page says, played to the firmware itself: it reads the same vectors as the host. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type FirmwareRig, hostOf, powered } from "./support/firmware-rig.js";
import type { StepVector, Vectors } from "./support/vectors.js";

const vectors: Vectors = JSON.parse(readFileSync("firmware-bridge/vectors/vectors.json", "utf8"));

/** How often the player looks for what was to come, in milliseconds. */
const lookEvery = 1;

const bytesOf = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, "hex"));

/** From power-on until it listens: its start-up time and a little. */
const startMs = 70;

/** Frames are taken in order; what came between two that were waited for is skipped. */
class Player {
  readonly #rig: FirmwareRig;
  readonly #seen = [0, 0, 0];

  constructor(rig: FirmwareRig) {
    this.#rig = rig;
  }

  play(step: StepVector): void {
    const place = "place" in step ? (step.place ?? 0) : 0;
    if ("send" in step) hostOf(this.#rig, place).sayPayload(bytesOf(step.send));
    else if ("line" in step) hostOf(this.#rig, place).sayBytes(bytesOf(step.line));
    else if ("wait" in step) this.#rig.run(step.wait);
    else if ("comes" in step)
      expect(this.#comes(step.comes, step.within, place), step.comes).toBe(true);
    else this.#mustNotCome(step.never, step.for, place);
  }

  #mustNotCome(pattern: string, milliseconds: number, place: number): void {
    this.#seen[place] = hostOf(this.#rig, place).heard.length;
    expect(this.#comes(pattern, milliseconds, place), pattern).toBe(false);
  }

  #comes(pattern: string, milliseconds: number, place: number): boolean {
    const wanted = new RegExp(`^${pattern}$`);
    const { heard } = hostOf(this.#rig, place);
    for (let waited = 0; waited <= milliseconds; waited += lookEvery) {
      for (let at = this.#seen[place] ?? 0; at < heard.length; at += 1) {
        const hex = Buffer.from(heard[at]?.payload ?? []).toString("hex");
        this.#seen[place] = at + 1;
        if (wanted.test(hex)) return true;
      }
      this.#rig.run(lookEvery);
    }
    return false;
  }
}

describe.each(["bridge", "voter"] as const)("the %s firmware, played the vectors", (kind) => {
  it.each(vectors[kind])("$name ($requirements)", ({ steps }) => {
    const rig = powered(kind);
    rig.run(startMs);
    const player = new Player(rig);
    for (const step of steps) player.play(step);
  });
});
