/** What is sent to a bridge, and what must come back. */
import { answerTo, nextQuestion } from "../../../src/watchdog/question-answer/protocol.js";
import { pattern, payload, type Values } from "./layouts.js";
import { answers, cluster, greatest, on } from "./sequence-steps.js";
import type { SequenceVector, StepVector } from "./vectors.js";

const comes = (hex: string, within = 200): StepVector => ({ comes: hex, within });

/** A command, and the result that it must have. */
function command(
  name: "set" | "configure" | "sampling" | "supervise" | "bind" | "release",
  values: Values,
  result: number,
): readonly StepVector[] {
  const { sequence = 0, pin = 0 } = values;
  const full = name === "bind" ? values : { cluster, ...values };
  return [{ send: payload(name, full) }, comes(pattern("done", { sequence, result, pin }), 60)];
}

const bind = command("bind", { oldCluster: 0, newCluster: cluster, sequence: 1 }, 0);

const configured = (sequence: number, pin: number, more: Values = {}, result = 0) => {
  const usual = { use: 2, flags: 8, initial: 0, safeKind: 1, safeValue: 0, debounce: 0, token: 0 };
  return command("configure", { sequence, pin, ...usual, ...more }, result);
};

const set = (sequence: number, pin: number, result: number, more: Values = {}) =>
  command("set", { sequence, pin, value: on, hold: 100, token: 0, ...more }, result);

const sample = (pin: number, value: number): StepVector =>
  comes(pattern("samples", {}, [{ pin, value }]));

const beat = (values: Values): StepVector => comes(pattern("beat", values));

const supervise = (sequence: number, result: number, more: Values = {}) => {
  const times = { opens: 40, timeout: 100, firstTimeout: 200 };
  const errors = { errorsAtStart: 3, errorStep: 2, errorsMax: 7, seed: 1 };
  return command("supervise", { sequence, ...times, ...errors, ...more }, result);
};

const answer = (sequence: number, question: number, index: number): StepVector => ({
  send: payload("answer", { sequence, index, answer: answerTo(question, index) }),
});

/** With a byte more than a set has. */
const tooLong = { cluster, sequence: 2, pin: 13, value: on, hold: 9, token: 0 };

const hello = { version: 2, kind: 1, major: 2, pins: 18 };

export const bridgeSequences: readonly SequenceVector[] = [
  {
    name: "it says hello, beats, and answers an ask",
    requirements: ["BRIDGE-1", "BRIDGE-2"],
    steps: answers([
      comes(pattern("hello", { ...hello, boots: 1, cluster: 0 })),
      beat({ sequence: 0, state: 0, errors: 0, refused: 0, badFrames: 0, overruns: 0 }),
      beat({ sequence: 1 }),
      { never: pattern("hello", {}), for: 120 },
      { send: payload("ask", { version: 2 }) },
      comes(pattern("hello", { ...hello, boots: 1, cluster: 0 })),
    ]),
  },
  {
    name: "it takes a bind first, and then its cluster alone",
    requirements: ["BRIDGE-3"],
    steps: answers([
      configured(1, 13, {}, 7),
      set(1, 13, 7),
      command("bind", { oldCluster: 9, newCluster: cluster, sequence: 1 }, 1),
      command("bind", { oldCluster: 0, newCluster: 0, sequence: 1 }, 3),
      bind,
      beat({ state: 8, refused: 4 }),
      configured(2, 13, { cluster: 0x4321 }, 1),
      command("bind", { oldCluster: 0, newCluster: 0x4321, sequence: 2 }, 1),
      configured(2, 13),
      beat({ state: 9, refused: 6 }),
      command("bind", { oldCluster: cluster, newCluster: 0x4321, sequence: 3 }, 0),
      set(4, 13, 1),
      set(4, 13, 0, { cluster: 0x4321 }),
    ]),
  },
  {
    name: "what was done takes its sequence, what was refused does not",
    requirements: ["BRIDGE-4"],
    steps: answers([
      command("bind", { oldCluster: 0, newCluster: cluster, sequence: 65_534 }, 0),
      configured(65_535, 13),
      configured(65_535, 13, {}, 4),
      set(0, 12, 2),
      set(0, 13, 0),
      set(0, 13, 4),
      set(65_535, 13, 5),
      set(32_767, 13, 0),
      set(32_768 + 32_767, 13, 5),
      { send: payload("ask", { version: 2 }) },
      comes(pattern("hello", hello)),
      set(5, 13, 0),
    ]),
  },
  {
    name: "a host of another version is told so, and not heard",
    requirements: ["BRIDGE-2", "BRIDGE-12"],
    steps: answers([
      { send: payload("ask", { version: 1 }) },
      comes(pattern("hello", hello)),
      { send: payload("bind", { oldCluster: 0, newCluster: cluster, sequence: 1 }) },
      { never: pattern("done", {}), for: 60 },
      beat({ state: 0, refused: 0, badFrames: 1 }),
      { send: payload("ask", { version: 2 }) },
      bind,
    ]),
  },
  {
    name: "pins and ranges are checked, and nothing changes",
    requirements: ["BRIDGE-3"],
    steps: answers([
      bind,
      configured(2, 1, {}, 2),
      configured(2, 20, {}, 2),
      configured(2, 255, {}, 2),
      configured(2, 13, { use: 3 }, 2),
      configured(2, 13, { use: 4 }, 2),
      configured(2, 19, { use: 4 }, 2),
      configured(2, 13, { flags: 4 }, 2),
      configured(2, 13, { use: 5 }, 3),
      configured(2, 13, { flags: 16 }, 3),
      configured(2, 13, { safeKind: 3 }, 3),
      set(2, 13, 2),
      command("release", { sequence: 2, pin: 13 }, 2),
      command("sampling", { sequence: 2, period: 4 }, 3),
      command("sampling", { sequence: 2, period: 10_001 }, 3),
      supervise(2, 3, { opens: 100 }),
      supervise(2, 3, { firstTimeout: 99 }),
      supervise(2, 3, { errorStep: 0 }),
      supervise(2, 3, { errorsAtStart: 8 }),
      supervise(2, 3, { seed: 0 }),
      beat({ state: 8, refused: 19 }),
      configured(2, 13),
      set(3, 13, 3, { hold: 0 }),
      set(3, 13, 3, { hold: 60_001 }),
      set(3, 13, 0, { hold: 60_000 }),
    ]),
  },
  {
    name: "a command ends by itself, and the output takes its safe state",
    requirements: ["BRIDGE-5", "BRIDGE-8"],
    steps: answers([
      bind,
      configured(2, 13),
      sample(13, 0),
      set(3, 13, 0),
      sample(13, 1),
      { wait: 60 },
      set(4, 13, 0),
      { wait: 60 },
      sample(13, 1),
      { wait: 100 },
      sample(13, 0),
      set(5, 13, 0, { value: 32_767, hold: 60_000 }),
      sample(13, 0),
      set(6, 13, 0, { value: 32_768, hold: 60_000 }),
      sample(13, 1),
      command("release", { sequence: 7, pin: 13 }, 0),
      sample(13, 0),
      set(8, 13, 0, { hold: 60_000 }),
      sample(13, 1),
      command("release", { sequence: 9, pin: 255 }, 0),
      sample(13, 0),
    ]),
  },
  {
    name: "an initial value ends by itself after a second, a command instead by its hold",
    requirements: ["BRIDGE-13"],
    steps: answers([
      bind,
      configured(2, 13, { initial: on }),
      sample(13, 1),
      { wait: 850 },
      sample(13, 1),
      { wait: 200 },
      sample(13, 0),
      configured(3, 13, { initial: on }),
      set(4, 13, 0, { hold: 2_000 }),
      { wait: 1_500 },
      sample(13, 1),
      { wait: 600 },
      sample(13, 0),
    ]),
  },
  {
    name: "an output that is active low, and one that holds",
    requirements: ["BRIDGE-5", "BRIDGE-6"],
    steps: answers([
      bind,
      configured(2, 13, { flags: 10, initial: on }),
      sample(13, 1),
      set(3, 13, 0),
      sample(13, 1),
      { wait: 120 },
      sample(13, 0),
      configured(4, 13, { safeKind: 2, initial: 0 }),
      set(5, 13, 0),
      { wait: 120 },
      sample(13, 1),
    ]),
  },
  {
    name: "without an answer every output goes safe, until it is armed again",
    requirements: ["BRIDGE-10"],
    steps: answers([
      bind,
      configured(2, 13),
      set(3, 13, 0, { hold: 60_000 }),
      sample(13, 1),
      supervise(4, 0),
      comes(pattern("question", { sequence: 0, question: 1, errors: 3 })),
      beat({ state: 0x0b, errors: 3 }),
      comes(pattern("question", { sequence: 1, question: 1, errors: 5 }), 400),
      comes(pattern("question", { sequence: 2, question: 1, errors: 7 }), 400),
      sample(13, 1),
      { wait: 100 },
      beat({ state: 0x0f, errors: 9 }),
      sample(13, 0),
      set(5, 13, 6),
      configured(5, 13, {}, 6),
      supervise(5, 0, { timeout: 0 }),
      beat({ state: 0x09, errors: 0 }),
      set(6, 13, 0),
      sample(13, 1),
    ]),
  },
  {
    name: "right answers count down, a wrong one up, and the outputs stay",
    requirements: ["BRIDGE-10"],
    steps: answers([
      bind,
      configured(2, 13),
      set(3, 13, 0, { hold: 60_000 }),
      supervise(4, 0),
      comes(pattern("question", { sequence: 0, question: 1, errors: 3 })),
      [0, 1, 2, 3].map((index) => answer(0, 1, index)),
      comes(pattern("question", { sequence: 1, question: 0xb8, errors: 2 })),
      [0, 1, 2].map((index) => answer(1, 0xb8, index)),
      { wait: 60 },
      answer(1, 0xb8, 3),
      comes(pattern("question", { sequence: 2, question: nextQuestion(0xb8), errors: 1 })),
      answer(1, 0xb8, 0),
      { never: pattern("question", {}), for: 30 },
      answer(2, 0xb8, 0),
      comes(pattern("question", { sequence: 3, question: nextQuestion(0xb8), errors: 3 })),
      sample(13, 1),
    ]),
  },
  {
    name: "what is no frame and what makes no sense is counted, and changes nothing",
    requirements: ["BRIDGE-12", "FRAME-2"],
    steps: answers([
      bind,
      { line: "0001020304050600" },
      beat({ badFrames: 1 }),
      { line: `00${"a5".repeat(120)}00` },
      beat({ badFrames: 2 }),
      { send: "7f" },
      beat({ badFrames: 3 }),
      { send: `${payload("set", tooLong)}00` },
      beat({ badFrames: 4 }),
      { send: "0201ff" },
      { send: "10" },
      beat({ badFrames: 6, refused: 0, state: 8 }),
      { line: "05" },
      configured(2, 13),
      beat({ badFrames: 7 }),
    ]),
  },
  {
    name: "an older right is refused, for whatever pin, and so is none",
    requirements: ["BRIDGE-14"],
    steps: answers([
      bind,
      configured(2, 13),
      configured(3, 12),
      set(4, 13, 0),
      set(5, 13, 0, { token: 5 }),
      set(6, 13, 8, { token: 4 }),
      set(6, 12, 8, { token: 4 }),
      set(6, 13, 8),
      beat({ refused: 3 }),
      set(6, 12, 0, { token: 5 }),
      set(7, 13, 3, { token: 0x1_0000_0000, hold: 0 }),
      set(7, 13, 8, { token: 0xffff_ffff }),
      set(7, 13, 2, { token: greatest, pin: 14 }),
      set(7, 13, 8, { token: greatest - 1 }),
      set(7, 13, 8, { token: 1 }),
      set(7, 13, 0, { token: greatest }),
    ]),
  },
  {
    name: "an output begins by the newest right, or by none where it is safe",
    requirements: ["BRIDGE-14"],
    steps: answers([
      bind,
      configured(2, 13, { initial: on }),
      configured(3, 13, { initial: on, token: 9 }),
      configured(4, 12, { initial: on, token: 8 }, 8),
      configured(4, 12, { initial: on }, 8),
      configured(4, 12, { safeKind: 2 }, 8),
      configured(4, 12, { safeKind: 0 }, 8),
      configured(4, 12, { initial: on, safeValue: on }),
      configured(5, 11, { use: 4, initial: 7, safeValue: 8 }, 8),
      configured(5, 11, { use: 4, initial: 8, safeValue: 8 }),
      configured(6, 14, { use: 1, initial: on, safeKind: 0 }),
      command("release", { sequence: 7, pin: 13 }, 0),
      command("bind", { oldCluster: cluster, newCluster: 0x4321, sequence: 8 }, 0),
      set(9, 13, 0, { cluster: 0x4321, token: 1 }),
      command("bind", { oldCluster: 0x4321, newCluster: 0x4321, sequence: 10 }, 0),
      set(11, 13, 8, { cluster: 0x4321 }),
    ]),
  },
];
