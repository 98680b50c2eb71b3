/** What is sent to an output voter, and what must come back. */
import { pattern, payload, type Values } from "./layouts.js";
import { answers, cluster, greatest, on } from "./sequence-steps.js";
import type { SequenceVector, StepVector } from "./vectors.js";

const declared = (place: number, output: number, result: number, more: Values = {}) => {
  const usual = { use: 2, safeKind: 1, safeValue: 0, tolerance: 0, grace: 40, patience: 200 };
  const values = { cluster, sequence: 1, output, ...usual, ...more };
  return [
    { send: payload("declare", values), place },
    { comes: pattern("taken", { sequence: 1, result, output }), within: 60, place },
  ];
};

const vote = (place: number, sequence: number, value: number, more: Values = {}) => {
  const values = { cluster, sequence, output: 0, value, hold: 300, ...more };
  return { send: payload("vote", values), place };
};

const voted = (place: number, sequence: number, value: number, result = 0, more: Values = {}) => [
  vote(place, sequence, value, more),
  { comes: pattern("taken", { sequence, result, output: more["output"] ?? 0 }), within: 60, place },
];

/** Of output 0, told to a place with the verdict on all three. */
const verdict = (
  replicas: readonly [number, number, number],
  state: number,
  agreeing: number,
  value: number,
  within = 120,
): StepVector => {
  const [replica0, replica1, replica2] = replicas;
  const head = { place: 0, replica0, replica1, replica2 };
  const rows = [{ output: 0, state, agreeing, value }, ...[1, 2, 3].map((output) => ({ output }))];
  return { comes: pattern("verdict", head, rows), within, place: 0 };
};

const drive = (place: number, token: number, value: number, result: number, more: Values = {}) => {
  const values = { cluster, sequence: 7, output: 0, value, hold: 300, token, ...more };
  const { output } = values;
  return [
    { send: payload("drive", values), place },
    { comes: pattern("taken", { sequence: 7, result, output }), within: 60, place },
  ];
};

const byRight = [...declared(0, 0, 0, { use: 10 }), ...declared(1, 0, 0, { use: 10 })];

const bothDeclared = [...declared(0, 0, 0), ...declared(1, 0, 0)];

export const voterSequences: readonly SequenceVector[] = [
  {
    name: "it says hello and verdicts on all lines, each with its own place",
    requirements: ["VOTER-1", "VOTER-11"],
    steps: [0, 1, 2].flatMap((place) => [
      {
        comes: pattern("hello", { version: 2, kind: 2, major: 2, boots: 1, cluster: 0, pins: 4 }),
        within: 60,
        place,
      },
      {
        comes: pattern(
          "verdict",
          { place, replica0: 1, replica1: 1, replica2: 1 },
          [0, 1, 2, 3].map((output) => ({ output, state: 0, agreeing: 0, value: 0 })),
        ),
        within: 120,
        place,
      },
    ]),
  },
  {
    name: "two of three declare an output, one alone does not",
    requirements: ["VOTER-5"],
    steps: answers([
      voted(0, 1, on, 7),
      declared(0, 0, 0),
      voted(0, 1, on, 7),
      declared(1, 0, 0, { safeValue: 1 }),
      verdict([1, 1, 1], 0, 0, 0),
      declared(2, 0, 0),
      verdict([1, 1, 1], 4, 0, 0),
      voted(0, 1, on, 2, { output: 1 }),
      voted(0, 1, on, 2, { output: 4 }),
      declared(0, 4, 2),
      declared(0, 0, 3, { use: 1 }),
      declared(0, 0, 3, { safeKind: 3 }),
      declared(0, 0, 3, { grace: 1_001 }),
      declared(0, 0, 3, { cluster: 0 }),
      declared(1, 0, 1, { cluster: 0x4321 }),
      verdict([1, 4, 1], 4, 0, 0),
      declared(0, 0, 1, { cluster: 0x4321, safeValue: 7 }),
      declared(2, 0, 0, { cluster: 0x4321, safeValue: 7 }),
      verdict([1, 1, 1], 4, 0, 7),
    ]),
  },
  {
    name: "two drive the output, and the third is silent",
    requirements: ["VOTER-2", "VOTER-4", "VOTER-6", "VOTER-7"],
    steps: answers([
      bothDeclared,
      voted(0, 1, on),
      verdict([0, 1, 1], 3, 0, 0),
      voted(1, 1, on),
      verdict([0, 0, 1], 1, 3, on),
      { wait: 320 },
      verdict([1, 1, 1], 4, 0, 0),
    ]),
  },
  {
    name: "the third lies: it is outvoted, and told after its patience",
    requirements: ["VOTER-2", "VOTER-8"],
    steps: answers([
      bothDeclared,
      vote(2, 1, 0),
      vote(0, 1, on),
      vote(1, 1, on),
      verdict([0, 0, 0], 1, 3, on),
      { wait: 100 },
      vote(2, 2, 0),
      vote(0, 2, on),
      vote(1, 2, on),
      { wait: 150 },
      verdict([0, 0, 2], 1, 3, on),
      vote(2, 3, on),
      vote(0, 3, on),
      vote(1, 3, on),
      verdict([0, 0, 0], 1, 7, on),
    ]),
  },
  {
    name: "two that differ: grace, and then safe",
    requirements: ["VOTER-3", "VOTER-8", "VOTER-12"],
    steps: answers([
      declared(0, 0, 0, { grace: 150, safeValue: 9 }),
      declared(1, 0, 0, { grace: 150, safeValue: 9 }),
      voted(0, 1, on),
      voted(1, 1, on),
      verdict([0, 0, 1], 1, 3, on),
      voted(1, 2, 0),
      verdict([0, 0, 1], 2, 0, on),
      { wait: 160 },
      voted(1, 3, 0),
      voted(0, 3, on),
      verdict([0, 0, 1], 3, 0, 9),
      { wait: 150 },
      verdict([0, 0, 1], 3, 0, 9),
    ]),
  },
  {
    name: "a tolerance: of three the middle one, of two the smaller one",
    requirements: ["VOTER-2"],
    steps: answers([
      declared(0, 0, 0, { use: 4, tolerance: 100 }),
      declared(1, 0, 0, { use: 4, tolerance: 100 }),
      voted(0, 1, 30_000),
      voted(1, 1, 30_100),
      verdict([0, 0, 1], 1, 3, 30_000),
      voted(2, 1, 30_150),
      verdict([0, 0, 0], 1, 7, 30_100),
    ]),
  },
  {
    name: "late and repeated votes, and a place that asked",
    requirements: ["VOTER-6", "VOTER-9"],
    steps: answers([
      bothDeclared,
      voted(0, 10, on),
      voted(1, 10, on),
      voted(2, 8, on),
      voted(2, 8, on, 4),
      voted(2, 7, on, 5),
      voted(2, 9, on, 3, { hold: 0 }),
      voted(2, 9, on, 3, { hold: 60_001 }),
      voted(2, 10, on),
      verdict([0, 0, 0], 1, 7, on),
      voted(0, 13, on),
      voted(1, 13, on),
      verdict([0, 0, 3], 1, 3, on),
      voted(2, 13, on),
      verdict([0, 0, 0], 1, 7, on),
      { send: payload("ask", { version: 2 }), place: 2 },
      voted(2, 2, on, 5),
      verdict([0, 0, 3], 1, 3, on),
    ]),
  },
  {
    name: "a replica of another cluster",
    requirements: ["VOTER-10"],
    steps: answers([
      bothDeclared,
      voted(0, 1, on),
      voted(1, 1, on),
      voted(2, 1, 0, 1, { cluster: 0x4321 }),
      verdict([0, 0, 4], 1, 3, on),
    ]),
  },
  {
    name: "an output by right is driven by the newest, from whatever place",
    requirements: ["VOTER-14"],
    steps: answers([
      drive(0, 5, on, 7),
      byRight,
      verdict([0, 0, 0], 4, 0, 0),
      drive(0, 5, on, 0),
      verdict([0, 0, 0], 1, 1, on),
      drive(2, 9, 60_000, 0),
      verdict([0, 0, 0], 1, 4, 60_000),
      drive(0, 8, 0, 8),
      drive(0, 8, 0, 8, { hold: 0 }),
      drive(1, 0, 0, 8),
      verdict([0, 0, 0], 1, 4, 60_000),
      { wait: 320 },
      verdict([0, 0, 0], 4, 0, 0),
      drive(0, 5, on, 8),
      drive(2, 9, on, 0, { hold: 60_000 }),
      drive(2, 9, on, 3, { hold: 60_001 }),
      verdict([0, 0, 0], 1, 4, on),
      drive(2, 9, on, 0, { hold: 0 }),
      verdict([0, 0, 0], 4, 0, 0),
      drive(1, greatest, on, 0),
      drive(1, 1, on, 8),
    ]),
  },
  {
    name: "votes and rights do not mix, and one right is for all outputs",
    requirements: ["VOTER-14"],
    steps: answers([
      byRight,
      declared(0, 1, 0),
      declared(1, 1, 0),
      declared(0, 2, 0, { use: 12 }),
      declared(1, 2, 0, { use: 12 }),
      declared(0, 3, 3, { use: 8 }),
      voted(0, 1, on, 2),
      drive(0, 7, on, 2, { output: 1 }),
      drive(0, 7, on, 2, { output: 3 }),
      drive(0, 7, on, 2, { output: 9 }),
      drive(0, 3, on, 0),
      drive(0, 4, on, 0, { output: 2 }),
      drive(0, 3, on, 8),
      drive(0, 5, on, 1, { cluster: 0x4321 }),
      drive(0, 4, on, 0),
    ]),
  },
];
