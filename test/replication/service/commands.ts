/**
 * Random logs of commands for the property tests: a few sessions, keys and locks, so that they get
 * into each other's way. A session is named by its slot, of which the log knows the newest, and its
 * commands are mostly numbered as they should be, and sometimes again, or wrongly.
 */
import fc from "fast-check";
import { micros, millis, seconds } from "../../../src/kernel/time.js";
import { type AnyCommand, encodeCommand } from "../../../src/replication/service/command-bytes.js";
import type {
  Command,
  JudgedCommand,
  LeaderCommand,
} from "../../../src/replication/service/ports.js";

export interface LogLine {
  readonly index: number;
  readonly session: number;
  readonly sequence: number;
  readonly command: AnyCommand;
  readonly bytes: Uint8Array;
}

const slots = 4;

const key = fc.constantFrom("a", "a/b", "a/c", "b", "boiler/set-point");
const lock = fc.constantFrom("pump", "valve", "z");
const condition = fc.option(fc.record({ version: fc.nat(2) }), { nil: null, freq: 1 });
const slot = fc.nat(slots);

/** `token` and `session` of what is made of it are looked up when the log is written. */
type Step =
  | { readonly kind: "leader"; readonly command: "expire"; readonly slot: number }
  | { readonly kind: "leader"; readonly command: "end-delay"; readonly lock: string }
  | {
      readonly kind: "command";
      readonly slot: number;
      /** 0: the next number; -1: the last again; others are wrong. */
      readonly shift: number;
      readonly command: Command | JudgedCommand;
    };

const open: Command = { kind: "open-session", name: "n", lease: seconds(1) };

const command: fc.Arbitrary<Command | JudgedCommand> = fc.oneof(
  { weight: 1, arbitrary: fc.constant(open) },
  { weight: 1, arbitrary: fc.constant({ kind: "close-session" }) },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant("put"),
      key,
      value: fc.uint8Array({ maxLength: 3 }),
      condition,
      ephemeral: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("delete"), key, condition }) },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("acquire"),
      lock,
      wait: fc.boolean(),
      lockDelay: fc.constantFrom(micros(0), millis(500)),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant("release"), lock, token: fc.constantFrom(0, 1) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constantFrom("app", "known-app"),
      name: fc.constantFrom("add", "throw"),
      argument: fc.constantFrom(1, 2, { x: 1 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("refuse-app"), detail: fc.constant("no such") }),
  },
) as fc.Arbitrary<Command | JudgedCommand>;

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("leader"), command: fc.constant("expire"), slot }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("leader"), command: fc.constant("end-delay"), lock }),
  },
  {
    weight: 12,
    arbitrary: fc.record({
      kind: fc.constant("command"),
      slot,
      shift: fc.oneof(
        { weight: 8, arbitrary: fc.constant(0) },
        { weight: 2, arbitrary: fc.constant(-1) },
        { weight: 1, arbitrary: fc.constantFrom(-2, 1) },
      ),
      command,
    }),
  },
) as fc.Arbitrary<Step>;

export const logs: fc.Arbitrary<readonly LogLine[]> = fc
  .array(step, { minLength: 1, maxLength: 80, size: "max" })
  .map(writeLog);

/** A log knows who holds what only as far as this guess goes: the last that asked without wait. */
function writeLog(steps: readonly Step[]): readonly LogLine[] {
  const sessions = new Array<number>(slots + 1).fill(0);
  const sequences = new Array<number>(slots + 1).fill(0);
  const tokens = new Map<string, number>();
  const opens = [1, 2, 3].map((slot): Step => ({ kind: "command", slot, shift: 0, command: open }));
  return [...opens, ...steps].map((one, place) => {
    // Entries of other kinds leave gaps.
    const index = 2 * place + 1;
    const line = lineOf(one, index, sessions, sequences, tokens);
    const { session, sequence } = line;
    return { index, ...line, bytes: encodeCommand(session, sequence, line.command) };
  });
}

function lineOf(
  step: Step,
  index: number,
  sessions: number[],
  sequences: number[],
  tokens: Map<string, number>,
): { session: number; sequence: number; command: AnyCommand } {
  if (step.kind === "leader") {
    const command: LeaderCommand =
      step.command === "expire"
        ? { kind: "expire-session", session: sessions[step.slot] || 1 }
        : { kind: "end-lock-delay", lock: step.lock, token: tokens.get(step.lock) ?? 1 };
    return { session: 0, sequence: 0, command };
  }
  const { slot, shift } = step;
  if (step.command.kind === "open-session") {
    sessions[slot] = slot === 0 ? 0 : index;
    sequences[slot] = 0;
    return { session: 0, sequence: 0, command: step.command };
  }
  const session = sessions[slot] as number;
  const next = (sequences[slot] as number) + 1;
  if (shift === 0) sequences[slot] = next;
  const sequence = session === 0 ? 0 : Math.max(next + shift, 0);
  if (step.command.kind === "acquire") tokens.set(step.command.lock, index);
  if (step.command.kind !== "release" || step.command.token === 0) {
    return { session, sequence, command: step.command };
  }
  const token = tokens.get(step.command.lock) ?? 1;
  return { session, sequence, command: { ...step.command, token } };
}
