/**
 * A wiring, as data: which pin is behind which channel and output of the app, and what its volts
 * and edges mean. `raw` is what the pin gives: volts, a level, a count, hertz, a share, seconds.
 */
import type { Duration } from "../../src/kernel/time.js";

/** Value = offset + scale * raw. */
export interface Scale {
  readonly scale: number;
  readonly offset: number;
}

export interface DigitalPin {
  readonly pin: string;
  readonly pull: "none" | "up" | "down";
  readonly debounce: Duration;
  readonly activeLow: boolean;
}

export type EdgeChoice = "rising" | "falling" | "both";

export type InputWiring = Scale &
  (
    | {
        readonly kind: "analog";
        readonly pin: string;
        /** In the pin's unit: what is outside is a broken wire, and no value. */
        readonly valid: { readonly min: number; readonly max: number } | null;
      }
    /** 0 or 1. */
    | ({ readonly kind: "level" } & DigitalPin)
    /** Edges since the line was opened. */
    | ({ readonly kind: "count"; readonly counted: EdgeChoice } & DigitalPin)
    /** Pulses a second; fewer than one in `window` are none. */
    | ({ readonly kind: "frequency"; readonly window: Duration } & DigitalPin)
    /** The share of the time at 1. */
    | ({ readonly kind: "duty"; readonly window: Duration } & DigitalPin)
    /** The length of the last pulse, in seconds. */
    | ({ readonly kind: "pulse-width"; readonly window: Duration } & DigitalPin)
  );

export type OutputWiring =
  /** On from `threshold` on, in the output's unit. */
  | {
      readonly kind: "digital";
      readonly pin: string;
      readonly activeLow: boolean;
      readonly threshold: number;
    }
  /** The output's `min` is a duty of 0, its `max` one of 1. */
  | {
      readonly kind: "pwm";
      readonly pin: string;
      readonly activeLow: boolean;
      /** In hertz. */
      readonly frequency: number;
    };

export interface BoardWiring {
  /** By channel of the board. */
  readonly inputs: ReadonlyMap<string, InputWiring>;
  /** By output of the app. */
  readonly outputs: ReadonlyMap<string, OutputWiring>;
}

export interface Point {
  readonly raw: number;
  readonly value: number;
}

/** The line through two points; null where both have one `raw`, or it is no finite line. */
export function lineThrough(one: Point, other: Point): Scale | null {
  const scale = (other.value - one.value) / (other.raw - one.raw);
  const offset = one.value - scale * one.raw;
  return Number.isFinite(scale) && Number.isFinite(offset) ? { scale, offset } : null;
}

/** Half of the output's range, from which on a digital output is on. */
export const thresholdOf = ({ min, max }: { readonly min: number; readonly max: number }): number =>
  min + (max - min) / 2;
