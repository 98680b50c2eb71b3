/** Plays a supervision: words at the given times, timeouts exactly when asked for. */
import { timeout } from "../../../../src/kernel/machine.js";
import { type Instant, instant, micros, millis, seconds } from "../../../../src/kernel/time.js";
import type { EntitySettings } from "../../../../src/watchdog/supervision/entity.js";
import type {
  SupervisionInput,
  SupervisionOptions,
  SupervisionOutput,
} from "../../../../src/watchdog/supervision/ports.js";
import type {
  AliveRule,
  DeadlineRule,
  LogicalRule,
  Rule,
} from "../../../../src/watchdog/supervision/rules.js";
import { Supervision } from "../../../../src/watchdog/supervision/supervision.js";

export const ms = (count: number): Instant => instant(Math.round(count * 1_000));

/** A checkpoint each 10 ms, judged each 100 ms: 9 to 11 are right. */
export const alive = (more: Partial<AliveRule> = {}): AliveRule => ({
  kind: "alive",
  checkpoint: "done",
  cycle: millis(100),
  expected: 10,
  minMargin: 1,
  maxMargin: 1,
  tolerance: 0,
  ...more,
});

/** From 10 to 30 ms are right. */
export const inTime = (more: Partial<DeadlineRule> = {}): DeadlineRule => ({
  kind: "deadline",
  start: "began",
  end: "done",
  min: millis(10),
  max: millis(30),
  tolerance: 0,
  ...more,
});

export const inOrder = (more: Partial<LogicalRule> = {}): LogicalRule => ({
  kind: "logical",
  starts: ["read"],
  ends: ["command"],
  transitions: [
    ["read", "vote"],
    ["vote", "vote"],
    ["vote", "command"],
  ],
  tolerance: 0,
  ...more,
});

export const entityOf = (
  rules: readonly Rule[],
  more: Partial<EntitySettings> = {},
): EntitySettings => ({
  entity: "cycle",
  begins: "at-first-checkpoint",
  grace: millis(500),
  modes: { running: rules },
  ...more,
});

/** Restored without a limit, unless told otherwise. */
export function supervisionOf(
  entities: readonly EntitySettings[],
  more: Partial<SupervisionOptions> = {},
): Supervision {
  return new Supervision({
    now: ms(0),
    entities,
    flows: [],
    modes: ["running"],
    expiredMax: micros(0),
    restorations: { max: 1_000, per: micros(0) },
    petPeriod: millis(50),
    snoozeMax: seconds(10),
    ...more,
  });
}

export type Told = readonly [at: number, output: SupervisionOutput];
export type Word = readonly [at: number, input: SupervisionInput];

/** A checkpoint of "cycle", or of another that is named: `entity/checkpoint`. */
export function at(time: number, name: string): Word {
  const [first = "", second] = name.split("/");
  const [entity, checkpoint] = second === undefined ? ["cycle", first] : [first, second];
  return [time, { kind: "checkpoint", entity, checkpoint }];
}

/** Times in milliseconds. */
export function play(machine: Supervision, words: readonly Word[], until: number): Told[] {
  const told: Told[] = [];
  const step = (now: Instant, input: Parameters<Supervision["step"]>[1]) => {
    for (const output of machine.step(now, input)) told.push([now / 1_000, output]);
  };
  const wakeUntil = (limit: number) => {
    for (let count = 0; count < 10_000; count += 1) {
      const next = machine.deadline();
      if (next === null || next > limit) return;
      step(next, timeout);
    }
    throw new Error("the supervision asks for ever");
  };
  for (const [time, input] of words) {
    wakeUntil(ms(time) - 1);
    step(ms(time), input);
  }
  wakeUntil(ms(until));
  return told;
}

/** From `first`, before `end`, in milliseconds. */
export const every = (step: number, first: number, end: number): number[] =>
  Array.from({ length: Math.ceil((end - first) / step) }, (_, index) => first + index * step);

export const done = (times: readonly number[]): Word[] => times.map((time) => at(time, "done"));

/** When outputs of the kind were told. */
export const only = (told: readonly Told[], kind: SupervisionOutput["kind"]): number[] =>
  told.filter(([, output]) => output.kind === kind).map(([time]) => time);

/** All but the pets. */
export const kinds = (told: readonly Told[]): (readonly [number, string])[] =>
  told.filter(([, { kind }]) => kind !== "pet").map(([time, { kind }]) => [time, kind] as const);

type Fault = Extract<SupervisionOutput, { kind: "supervision-failed" }>["fault"];

/** The faults by which entities expired, with when. */
export const faults = (told: readonly Told[]): (readonly [number, Fault])[] =>
  told.flatMap(([time, output]) =>
    output.kind === "supervision-failed" ? [[time, output.fault] as const] : [],
  );
