/**
 * The layouts of firmware-bridge/protocol.md as a table, for the vectors: the third writing of the
 * page, beside the C firmware and boards/bridge, so that neither of them is its own judge.
 */
import { strict as assert } from "node:assert";

/** What a field is called, and how many bytes it has. */
type Field = readonly [name: string, bytes: 1 | 2 | 4 | 6];

interface Layout {
  readonly type: number;
  readonly fields: readonly Field[];
  /** Repeated to the end: samples, edges, outputs. */
  readonly rows?: readonly Field[];
}

const command: readonly Field[] = [
  ["cluster", 2],
  ["sequence", 2],
];

const layouts = {
  hello: {
    type: 0x01,
    fields: [
      ["version", 1],
      ["kind", 1],
      ["major", 1],
      ["minor", 1],
      ["cause", 1],
      ["boots", 2],
      ["cluster", 2],
      ["pins", 1],
      ["time", 4],
    ],
  },
  ask: { type: 0x02, fields: [["version", 1]] },
  hang: { type: 0x03, fields: [["word", 2]] },
  beat: {
    type: 0x10,
    fields: [
      ["sequence", 2],
      ["time", 4],
      ["state", 1],
      ["errors", 1],
      ["refused", 2],
      ["badFrames", 2],
      ["overruns", 2],
    ],
  },
  samples: {
    type: 0x11,
    fields: [
      ["sequence", 2],
      ["time", 4],
    ],
    rows: [
      ["pin", 1],
      ["value", 2],
    ],
  },
  edges: {
    type: 0x12,
    fields: [
      ["pin", 1],
      ["sequence", 2],
    ],
    rows: [
      ["level", 1],
      ["time", 4],
    ],
  },
  done: {
    type: 0x13,
    fields: [
      ["sequence", 2],
      ["result", 1],
      ["pin", 1],
    ],
  },
  set: { type: 0x20, fields: [...command, ["pin", 1], ["value", 2], ["hold", 2], ["token", 6]] },
  configure: {
    type: 0x21,
    fields: [
      ...command,
      ["pin", 1],
      ["use", 1],
      ["flags", 1],
      ["initial", 2],
      ["safeKind", 1],
      ["safeValue", 2],
      ["debounce", 1],
      ["token", 6],
    ],
  },
  sampling: { type: 0x22, fields: [...command, ["period", 2]] },
  supervise: {
    type: 0x23,
    fields: [
      ...command,
      ["opens", 2],
      ["timeout", 2],
      ["firstTimeout", 2],
      ["errorsAtStart", 1],
      ["errorStep", 1],
      ["errorsMax", 1],
      ["seed", 1],
    ],
  },
  bind: {
    type: 0x24,
    fields: [
      ["oldCluster", 2],
      ["newCluster", 2],
      ["sequence", 2],
    ],
  },
  release: { type: 0x25, fields: [...command, ["pin", 1]] },
  vote: { type: 0x30, fields: [...command, ["output", 1], ["value", 2], ["hold", 2]] },
  declare: {
    type: 0x31,
    fields: [
      ...command,
      ["output", 1],
      ["use", 1],
      ["safeKind", 1],
      ["safeValue", 2],
      ["tolerance", 2],
      ["grace", 2],
      ["patience", 2],
    ],
  },
  verdict: {
    type: 0x32,
    fields: [
      ["sequence", 2],
      ["time", 4],
      ["place", 1],
      ["replica0", 1],
      ["replica1", 1],
      ["replica2", 1],
    ],
    rows: [
      ["output", 1],
      ["state", 1],
      ["agreeing", 1],
      ["value", 2],
    ],
  },
  taken: {
    type: 0x33,
    fields: [
      ["sequence", 2],
      ["result", 1],
      ["output", 1],
    ],
  },
  drive: {
    type: 0x34,
    fields: [...command, ["output", 1], ["value", 2], ["hold", 2], ["token", 6]],
  },
  answer: {
    type: 0x41,
    fields: [
      ["sequence", 1],
      ["index", 1],
      ["answer", 1],
    ],
  },
  question: {
    type: 0x51,
    fields: [
      ["sequence", 1],
      ["question", 1],
      ["errors", 1],
    ],
  },
} as const satisfies Record<string, Layout>;

export type FrameName = keyof typeof layouts;

export type Values = Readonly<Record<string, number>>;

export interface Fields {
  readonly values: Values;
  readonly rows?: readonly Values[];
}

const digits = (value: number, bytes: number): string =>
  value.toString(16).padStart(2 * bytes, "0");

/** A value that is not given may be anything: two dots for each byte. */
function packed(fields: readonly Field[], values: Values): string {
  const names = fields.map(([name]) => name);
  for (const name of Object.keys(values)) assert(names.includes(name), `no field ${name}`);
  const cells = fields.map(([name, bytes]) => {
    const value = values[name];
    if (value === undefined) return "..".repeat(bytes);
    assert(value >= 0 && value < 256 ** bytes, `${name} ${value} is no ${bytes} bytes`);
    return digits(value, bytes);
  });
  return cells.join("");
}

/** A payload as hex digits, with dots for the bytes that are not said: then it is a pattern. */
export function pattern(name: FrameName, values: Values, rows: readonly Values[] = []): string {
  const layout: Layout = layouts[name];
  const { type, fields, rows: row = [] } = layout;
  const tail = rows.map((one) => packed(row, one)).join("");
  return `${digits(type, 1)}${packed(fields, values)}${tail}`;
}

/** A whole payload; every field is said. */
export function payload(name: FrameName, values: Values, rows: readonly Values[] = []): string {
  const hex = pattern(name, values, rows);
  assert(!hex.includes("."), `a field of ${name} is missing: ${hex}`);
  return hex;
}
