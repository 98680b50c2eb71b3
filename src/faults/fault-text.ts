/**
 * Sensor faults as people write them, on command lines and in scenario files:
 *
 *     stuck  stuck=21.5  offset=+1.5  scale=1.1  drift=0.01/s  noise=0.5  spike=30  spike=30/5
 *     dropout  dropout=0.3  delay=3  restamp=3  garbage  garbage=1000
 *
 * and with a place in a recording, `FAULT[@ROWS]:CHANNEL`. Rows are counted from 0, the first row
 * under the header; the end is exclusive: `stuck@400..700:mote18` holds in rows 400 to 699,
 * `@400..` to the end, `@400` in one row, and without rows in all of them. With a place there is
 * also `two-faced=2`: a scenario has a fault of its own for that, which lies in frames.
 */
import { delaySamplesMax, type SensorFault } from "./sensor-faults.js";

export type FaultParse<Value> =
  | { readonly ok: true; readonly value: Value }
  /** `reason` is a sentence that says what was expected. */
  | { readonly ok: false; readonly reason: string };

/** A fault on one channel of a recording. */
export interface PlacedFault {
  readonly fault: SensorFault;
  readonly channel: string;
  /** The first row. */
  readonly begin: number;
  /** One past the last row; null for the end of the recording. */
  readonly end: number | null;
}

/** Adds to one sample in ten, unless told. */
const spikeEveryDefault = 10;
const garbageSpanDefault = 1_000;

const secondsPer: Readonly<Record<string, number>> = { s: 1, min: 60, h: 3_600 };

/** What people write who come from papers or from other tools. */
const otherWords: Readonly<Record<string, string>> = {
  bias: "offset",
  gain: "scale",
  frozen: "stuck",
  omission: "dropout",
  byzantine: "two-faced",
};

const placeExpected = "expected FAULT[@FROM..TO]:CHANNEL, for instance stuck@400..700:mote18";

/** Reads a fault with its rows and its channel. */
export function parseSensorFault(text: string): FaultParse<PlacedFault> {
  const [, word = "", at, rows = "", channel = ""] = /^([^@:]*)(@([^:]*))?:(.+)$/.exec(text) ?? [];
  if (channel === "") return refuse(text, placeExpected);
  const fault = readForm(word, placedForms);
  if (!fault.ok) return fault;
  const window = at === undefined ? { begin: 0, end: null } : parseRows(rows);
  if (window === null) {
    return refuse(text, "expected rows such as 400..700, 400.. or 400, from before to");
  }
  return { ok: true, value: { fault: fault.value, channel, ...window } };
}

/** Reads a fault alone, for instance `offset=+1.5`. */
export const parseFault = (text: string): FaultParse<SensorFault> => readForm(text, forms);

function readForm(text: string, known: Readonly<Record<string, Form>>): FaultParse<SensorFault> {
  const [, name = "", equals, argument = ""] = /^([a-z-]*)(=(.*))?$/.exec(text) ?? [];
  const form = Object.hasOwn(known, name) ? known[name] : undefined;
  if (form === undefined) return refuse(text, unknownKind(name, Object.keys(known)));
  const fault = form.read(equals === undefined ? null : argument);
  return fault === null ? refuse(text, `expected ${form.expected}`) : { ok: true, value: fault };
}

function unknownKind(name: string, known: readonly string[]): string {
  const ours = Object.hasOwn(otherWords, name) ? otherWords[name] : undefined;
  const hint = ours === undefined || !known.includes(ours) ? "" : ` (${name} is ${ours} here)`;
  return `expected one of ${known.join(", ")}${hint}`;
}

interface Form {
  /** Completes "expected ...". */
  readonly expected: string;
  /** @param argument what stands after `=`; null where there is no `=` */
  read(argument: string | null): SensorFault | null;
}

const forms: Readonly<Record<string, Form>> = {
  stuck: {
    expected: "stuck or stuck=VALUE",
    read: (argument) => {
      if (argument === null) return { kind: "stuck", value: null };
      const value = readNumber(argument);
      return value === null ? null : { kind: "stuck", value };
    },
  },
  offset: {
    expected: "offset=DISTANCE, not 0, for instance offset=+1.5",
    read: (argument) => {
      const by = readNumber(argument);
      return by === null || by === 0 ? null : { kind: "offset", by };
    },
  },
  scale: {
    expected: "scale=FACTOR, not 1, for instance scale=1.1",
    read: (argument) => {
      const factor = readNumber(argument);
      return factor === null || factor === 1 ? null : { kind: "scale", factor };
    },
  },
  drift: {
    expected: "drift=RATE/s, RATE/min or RATE/h, not 0, for instance drift=0.01/s",
    read: (argument) => readDrift(argument ?? ""),
  },
  noise: {
    expected: "noise=DEVIATION, more than 0, for instance noise=0.5",
    read: (argument) => {
      const deviation = readNumber(argument);
      return deviation === null || deviation <= 0 ? null : { kind: "noise", deviation };
    },
  },
  spike: {
    expected: "spike=HEIGHT or spike=HEIGHT/EVERY, for instance spike=30/10",
    read: (argument) => readSpike(argument ?? ""),
  },
  dropout: {
    expected: "dropout or dropout=PROBABILITY, more than 0 and at most 1",
    read: (argument) => {
      const probability = argument === null ? 1 : readNumber(argument);
      if (probability === null || probability <= 0 || probability > 1) return null;
      return { kind: "dropout", probability };
    },
  },
  delay: {
    expected: `delay=SAMPLES, from 1 to ${delaySamplesMax}`,
    read: (argument) => readDelay(argument, false),
  },
  restamp: {
    expected: `restamp=SAMPLES, from 1 to ${delaySamplesMax}`,
    read: (argument) => readDelay(argument, true),
  },
  garbage: {
    expected: "garbage or garbage=SPAN, more than 0",
    read: (argument) => {
      const span = argument === null ? garbageSpanDefault : readNumber(argument);
      return span === null || span <= 0 ? null : { kind: "garbage", span };
    },
  },
};

const placedForms: Readonly<Record<string, Form>> = {
  ...forms,
  "two-faced": {
    expected: "two-faced=SPREAD, more than 0, for instance two-faced=2",
    read: (argument) => {
      const spread = readNumber(argument);
      return spread === null || spread <= 0 ? null : { kind: "two-faced", spread };
    },
  },
};

function readDrift(argument: string): SensorFault | null {
  const [rate = "", unit = "", ...rest] = argument.split("/");
  const seconds = Object.hasOwn(secondsPer, unit) ? secondsPer[unit] : undefined;
  const value = readNumber(rate);
  if (seconds === undefined || value === null || value === 0 || rest.length > 0) return null;
  return { kind: "drift", perSecond: value / seconds };
}

function readSpike(argument: string): SensorFault | null {
  const [height = "", every = String(spikeEveryDefault), ...rest] = argument.split("/");
  const by = readNumber(height);
  const count = readCount(every);
  if (by === null || by === 0 || count === null || count < 1 || rest.length > 0) return null;
  return { kind: "spike", by, every: count };
}

function readDelay(argument: string | null, restamped: boolean): SensorFault | null {
  const samples = readCount(argument ?? "");
  if (samples === null || samples < 1 || samples > delaySamplesMax) return null;
  return { kind: "delay", samples, restamped };
}

function parseRows(rows: string): { begin: number; end: number | null } | null {
  const [, first = "", dots, last = ""] = /^(\d*)(\.\.)?(\d*)$/.exec(rows) ?? [];
  const begin = first === "" && dots !== undefined ? 0 : readCount(first);
  if (begin === null) return null;
  if (dots === undefined) return { begin, end: begin + 1 };
  if (last === "") return { begin, end: null };
  const end = readCount(last);
  return end === null || end <= begin ? null : { begin, end };
}

/** A decimal number with an optional sign and exponent; null for anything else. */
function readNumber(text: string | null): number | null {
  if (text === null || !/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) return null;
  const value = Number(text);
  return Number.isFinite(value) ? value : null;
}

const readCount = (text: string): number | null => (/^\d{1,12}$/.test(text) ? Number(text) : null);

const refuse = (
  text: string,
  expected: string,
): { readonly ok: false; readonly reason: string } => ({
  ok: false,
  reason: `"${text}": ${expected}`,
});
