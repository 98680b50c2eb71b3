/** A plant of one line, and boards wired to it: a temperature that the heater does not change. */
import type { Board, Reading, WriteResult } from "../../../boards/board.js";
import { defineApp } from "../../../src/control/app.js";
import type { NodeId } from "../../../src/kernel/ids.js";
import type { Prng } from "../../../src/kernel/prng.js";
import type { Instant } from "../../../src/kernel/time.js";
import type { ClusterSettings } from "../../../src/node/settings.js";
import type { DriftingClock } from "../../../src/sim/drifting-clock.js";
import type { Site } from "../../../src/sim/run.js";
import type { TrueTime } from "../../../src/sim/true-time.js";

export const toyApp = defineApp({
  name: "toy",
  sensors: { temperature: { unit: "degC", min: -20, max: 150, tolerance: 2 } },
  outputs: {
    heater: { unit: "ratio", min: 0, max: 1, safe: { kind: "value", value: 0 } },
  },
  initial: { sum: 0 },
  control({ state, inputs }) {
    const value = inputs.temperature.value ?? 0;
    const sum = Math.max(-100, Math.min(100, state.sum + (60 - value) * 0.01));
    return { state: { sum }, commands: { heater: value < 60 ? 1 : 0 } };
  },
});

/** A slow wave, so that a stuck sensor differs from the truth after some seconds. */
export const toyTruth = (now: TrueTime): number => 60 + 8 * Math.sin(now / 3_000_000);

export class ToyBoard implements Board {
  readonly channels = [{ name: "temperature", unit: "degC", min: -20, max: 150 }];
  readonly outputs = [
    { name: "heater", unit: "ratio", min: 0, max: 1, safe: { kind: "value", value: 0 } as const },
  ];
  readonly expires = true;
  readonly #read: () => number;
  #closed = false;

  constructor(read: () => number) {
    this.#read = read;
  }

  read(now: Instant): readonly Reading[] {
    return [{ channel: "temperature", value: this.#read(), sourceTime: now }];
  }

  write(now: Instant, output: string, _value: number, until: Instant): WriteResult {
    if (this.#closed) return { ok: false, reason: "closed" };
    if (output !== "heater") return { ok: false, reason: "unknown-output" };
    return until <= now ? { ok: false, reason: "expired" } : { ok: true };
  }

  release(_now: Instant, _output: string): WriteResult {
    return { ok: true };
  }

  close(_now: Instant): void {
    this.#closed = true;
  }
}

export function makeToySite(_settings: ClusterSettings, dice: Prng, now: () => TrueTime): Site {
  const dices = new Map<NodeId, Prng>();
  return {
    plant: { truth: (at) => toyTruth(at) },
    makeBoard: (node: NodeId, _clock: DriftingClock) => {
      const noise = dices.get(node) ?? dice.split(node);
      dices.set(node, noise);
      return new ToyBoard(() => toyTruth(now()) + 0.1 * noise.normal());
    },
  };
}
