/**
 * What is said on the line of a bridge or an output voter, as values. The bytes are specified in
 * firmware-bridge/protocol.md: this file, device-frame.ts and host-frame.ts follow that page, and
 * the vectors beside it are read by both sides.
 */
import { type Duration, millis, seconds } from "../../src/kernel/time.js";

export const protocolVersion = 2;

/** The longest payload, in bytes; a receiver skips and counts longer ones. */
export const payloadBytesMax = 64;

/** A beat comes so often, whatever else is said; so does a verdict. */
export const beatPeriod: Duration = millis(50);

/** The longest hold of a command, and the shortest. */
export const holdMax: Duration = seconds(60);
export const holdMin: Duration = millis(1);

export const frameTypes = {
  hello: 0x01,
  ask: 0x02,
  hang: 0x03,
  beat: 0x10,
  samples: 0x11,
  edges: 0x12,
  done: 0x13,
  set: 0x20,
  configure: 0x21,
  sampling: 0x22,
  supervise: 0x23,
  bind: 0x24,
  release: 0x25,
  vote: 0x30,
  declare: 0x31,
  verdict: 0x32,
  taken: 0x33,
  drive: 0x34,
  question: 0x51,
} as const;

export const deviceKinds = { bridge: 1, voter: 2 } as const;

/** The bits of MCUSR at the start of the firmware. */
export const resetCauses = { power: 1, external: 2, brownOut: 4, watchdog: 8 } as const;

/** 0 done, and why not; see the page. */
export const results = {
  done: 0,
  anotherCluster: 1,
  noSuchPin: 2,
  outOfRange: 3,
  repeated: 4,
  old: 5,
  supervisionFailed: 6,
  notBound: 7,
  staleToken: 8,
} as const;

export type CommandResult = (typeof results)[keyof typeof results];

export interface Hello {
  readonly kind: "hello";
  /** 1 bridge, 2 output voter; others are no device of ours. */
  readonly device: number;
  readonly major: number;
  readonly minor: number;
  /** Bits of `resetCauses`. */
  readonly resetCause: number;
  /** Starts since power came on. */
  readonly boots: number;
  /** 0 where it is bound to none yet. */
  readonly cluster: number;
  readonly pins: number;
  /** Microseconds since the start of the firmware, modulo 2^32. */
  readonly time: number;
}

export interface Beat {
  readonly kind: "beat";
  readonly sequence: number;
  readonly time: number;
  readonly configured: boolean;
  readonly supervised: boolean;
  readonly supervisionFailed: boolean;
  readonly bound: boolean;
  /** The counter of the supervision. */
  readonly errors: number;
  /** These three saturate at 65,535. */
  readonly refused: number;
  readonly badFrames: number;
  readonly overruns: number;
}

export interface Samples {
  readonly kind: "samples";
  readonly sequence: number;
  readonly time: number;
  readonly values: readonly { readonly pin: number; readonly value: number }[];
}

export interface EdgesTold {
  readonly kind: "edges";
  readonly pin: number;
  /** Of the last one. */
  readonly sequence: number;
  /** Oldest first. */
  readonly edges: readonly { readonly level: 0 | 1; readonly time: number }[];
}

export interface Done {
  readonly kind: "done";
  readonly sequence: number;
  readonly result: CommandResult;
  readonly pin: number;
}

export type OutputState = "undeclared" | "driven" | "grace" | "no-majority" | "no-votes";

export type ReplicaStanding = "well" | "silent" | "disagrees" | "late" | "foreign";

export interface OutputVerdict {
  readonly output: number;
  readonly state: OutputState;
  /** A bit for each place. */
  readonly agreeing: number;
  /** 0 to 65,535. */
  readonly value: number;
}

/** 0, 1 or 2: the UART of the output voter at which a replica is. */
export type Place = 0 | 1 | 2;

export interface Verdict {
  readonly kind: "verdict";
  readonly sequence: number;
  readonly time: number;
  /** The receiver's own. */
  readonly place: Place;
  /** By place. */
  readonly replicas: readonly [ReplicaStanding, ReplicaStanding, ReplicaStanding];
  readonly outputs: readonly OutputVerdict[];
}

export interface Taken {
  readonly kind: "taken";
  readonly sequence: number;
  readonly result: CommandResult;
  readonly output: number;
}

export type DeviceFrame =
  | Hello
  /** A device that speaks another protocol; it takes nothing. */
  | { readonly kind: "other-version"; readonly version: number }
  | Beat
  | Samples
  | EdgesTold
  | Done
  /** For src/watchdog/question-answer. */
  | { readonly kind: "question"; readonly bytes: Uint8Array }
  | Verdict
  | Taken;

export const pinUses = { off: 0, input: 1, output: 2, analog: 3, pwm: 4 } as const;

/** An output of the voter that is driven by whoever has the right has this bit in its use. */
export const byRight = 8;

export const safeKinds = { input: 0, value: 1, hold: 2 } as const;

export const lineFlags = { pullUp: 1, activeLow: 2, edges: 4, sample: 8 } as const;

/** Stands for all pins in a `release`. */
export const everyPin = 255;

/** Stands for no right, which is older than every right. */
export const noToken = 0;

/** Of a value on the line: 0 to this is 0 to 1. */
export const valueMax = 65_535;

export interface ConfigureFields {
  readonly pin: number;
  /** Of `pinUses`. */
  readonly use: number;
  /** Of `lineFlags`. */
  readonly flags: number;
  /** 0 to `valueMax`. */
  readonly initial: number;
  /** Of `safeKinds`. */
  readonly safeKind: number;
  /** 0 to `valueMax`. */
  readonly safeValue: number;
  /** 0 to 255 ms. */
  readonly debounceMs: number;
  /** That of the right by which an output begins with `initial`; left out: `noToken`. */
  readonly token?: number;
}

export interface SuperviseFields {
  /** In milliseconds; a timeout of 0 turns it off. */
  readonly opensMs: number;
  readonly timeoutMs: number;
  readonly firstTimeoutMs: number;
  readonly errorsAtStart: number;
  readonly errorStep: number;
  readonly errorsMax: number;
  readonly seed: number;
}

export interface DeclareFields {
  /** 0 to 3. */
  readonly output: number;
  /** 2 output, 4 PWM; `byRight` beside it for an output that is not voted. */
  readonly use: number;
  readonly safeKind: number;
  readonly safeValue: number;
  /** Two votes agree if they differ by no more; 0 to `valueMax`. */
  readonly tolerance: number;
  /** Without a majority the last voted value stays so long; 0 to 1,000 ms. */
  readonly graceMs: number;
  /** A replica may be outside the majority so long before it is said to disagree. */
  readonly patienceMs: number;
}

/** What names a command: its cluster and its place in the order. */
export interface CommandHead {
  readonly cluster: number;
  /** 16 bits; it wraps. */
  readonly sequence: number;
}

export type HostFrame =
  | { readonly kind: "ask" }
  | { readonly kind: "hang" }
  | (CommandHead & {
      readonly kind: "set";
      readonly pin: number;
      readonly value: number;
      readonly holdMs: number;
      /** Left out: `noToken`. */
      readonly token?: number;
    })
  | (CommandHead & ConfigureFields & { readonly kind: "configure" })
  | (CommandHead & { readonly kind: "sampling"; readonly periodMs: number })
  | (CommandHead & SuperviseFields & { readonly kind: "supervise" })
  | (CommandHead & { readonly kind: "bind"; readonly oldCluster: number })
  | (CommandHead & { readonly kind: "release"; readonly pin: number })
  | (CommandHead & {
      readonly kind: "vote";
      readonly output: number;
      readonly value: number;
      readonly holdMs: number;
    })
  | (CommandHead & DeclareFields & { readonly kind: "declare" })
  /** Of an output by right; a hold of 0 lets it go. */
  | (CommandHead & {
      readonly kind: "drive";
      readonly output: number;
      readonly value: number;
      readonly holdMs: number;
      readonly token: number;
    });

/** How far `one` is ahead of `other`; sequences wrap. */
export const sequenceAhead = (one: number, other: number): number => (one - other) & 0xffff;

export const isNewer = (one: number, other: number): boolean => {
  const ahead = sequenceAhead(one, other);
  return ahead >= 1 && ahead <= 32_767;
};

export const nextSequence = (sequence: number): number => (sequence + 1) & 0xffff;
