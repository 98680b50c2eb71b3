/** What the thread of the microcontrollers and the one that holds them say to each other. */
import type { Duration, Instant } from "../../src/kernel/time.js";
import type { PlannedFault } from "./byte-faults.js";
import type { PowerState, Start } from "./microcontroller.js";
import type { PinDrive } from "./ports.js";
import type { LineDirection } from "./uart-line.js";

/** One microcontroller of the thread. */
export interface MicrocontrollerSpec {
  readonly name: string;
  readonly part: "ATmega328P" | "ATmega2560";
  /** The whole flash (see intel-hex.ts). */
  readonly flash: Uint8Array;
  /** Left out, 16 MHz; firmware that was built for another rate keeps other times. */
  readonly hertz?: number;
  /** Of the hosts' ends of its lines; left out, 115,200. */
  readonly baud?: number;
  /** The pins whose levels are told, as on the Arduino: `D5`. */
  readonly watched: readonly string[];
}

export type MicrocontrollerAction =
  | "reset"
  | "power-off"
  | "power-on"
  | "stop-clock"
  | "start-clock"
  | "hang";

/** To the thread. `device` is the place of a microcontroller in the list of all. */
export type ToThread =
  | { readonly kind: "act"; readonly device: number; readonly action: MicrocontrollerAction }
  | {
      readonly kind: "volts";
      readonly device: number;
      readonly pin: string;
      readonly volts: number;
    }
  | {
      readonly kind: "level";
      readonly device: number;
      readonly pin: string;
      readonly level: 0 | 1 | null;
    }
  | {
      readonly kind: "send";
      readonly device: number;
      readonly line: number;
      readonly bytes: Uint8Array;
    }
  | {
      readonly kind: "plug";
      readonly device: number;
      readonly line: number;
      readonly plugged: boolean;
    }
  | {
      readonly kind: "spoil";
      readonly device: number;
      readonly line: number;
      readonly direction: LineDirection;
      readonly fault: PlannedFault;
    }
  | { readonly kind: "baud"; readonly device: number; readonly line: number; readonly baud: number }
  | { readonly kind: "stop" };

/** From the thread. */
export type FromThread =
  | { readonly kind: "ready" }
  /** What a line has carried to the host since the last time. */
  | {
      readonly kind: "heard";
      readonly device: number;
      readonly line: number;
      readonly bytes: Uint8Array;
    }
  /** The oldest `send` of that line that was not answered yet is over. */
  | { readonly kind: "sent"; readonly device: number; readonly line: number }
  | { readonly kind: "state"; readonly device: number; readonly state: MicrocontrollerView };

/** What is seen of a microcontroller from outside. */
export interface MicrocontrollerView {
  readonly power: PowerState;
  /** Its own time, since the thread began. */
  readonly at: Instant;
  readonly starts: number;
  /** The newest one. */
  readonly start: Start | null;
  readonly pins: ReadonlyMap<string, PinView>;
  /** What the machine was too slow for. */
  readonly leftOut: Duration;
}

export interface PinView {
  readonly drive: PinDrive;
  /** Driven high, of the time since the view before. */
  readonly duty: number;
}
