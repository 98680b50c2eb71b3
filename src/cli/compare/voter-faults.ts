/**
 * The faults that voters are compared on: where, how long, on which channels and with what sign is
 * drawn from the seed, the same for every voter. Each fault is written as `holdfast vote --inject`
 * takes it, so that any trial can be looked at by itself.
 */
import type { Recording } from "../../../boards/recording/csv.js";
import { parseSensorFault } from "../../faults/fault-text.js";
import { assert } from "../../kernel/assert.js";
import { majorityOf } from "../../kernel/ids.js";
import { Prng } from "../../kernel/prng.js";
import type { InjectedFault } from "../vote/injection.js";

/** `several`: more than one channel is wrong at once, which is more than three bear. */
export interface FaultKind {
  readonly name: string;
  readonly several: boolean;
  /** For the legend; `x` is the size. */
  readonly does: string;
  draw(hand: Hand): readonly Drawn[];
}

/** A fault as text without its place, and the channels that have it. */
interface Drawn {
  readonly word: string;
  readonly channels: readonly string[];
}

/** What a kind of fault draws from. */
interface Hand {
  readonly dice: Prng;
  readonly channels: readonly string[];
  readonly size: number;
  /** Plus or minus the size. */
  readonly signed: number;
  /** How long the fault lasts, in seconds; 0 where the recording's time stands still. */
  readonly lastsS: number;
}

const delaySamples = 5;

/** The faults that two channels have at once: each time two of them, drawn. */
const single = ["stuck", "bias", "drift", "noise", "spike", "dropout"] as const;

type Single = (typeof single)[number];

const one = (name: Single | "delay", does: string): FaultKind => ({
  name,
  several: false,
  does,
  draw: (hand) => [{ word: word(name, hand), channels: pick(hand, 1) }],
});

export const faultKinds: readonly FaultKind[] = [
  one("stuck", "repeats its first value"),
  one("bias", "x more or less"),
  one("drift", "moves away, by x in the end"),
  one("noise", "noise of deviation x/2"),
  one("spike", "each tenth sample 5x more or less"),
  one("dropout", "gives nothing half of the time"),
  one("delay", `${delaySamples} samples late, and says so`),
  {
    name: "byzantine",
    several: false,
    does: "tells each of three readers another lie within x",
    draw: (hand) => [{ word: `two-faced=${hand.size}`, channels: pick(hand, 1) }],
  },
  {
    name: "two at once",
    several: true,
    does: "two channels with two faults of the above",
    draw: (hand) => {
      const channels = pick(hand, 2);
      const words = shuffled(hand.dice, single);
      return channels.map((channel, index) => ({
        word: word(words[index] as Single, hand),
        channels: [channel],
      }));
    },
  },
  {
    name: "common mode",
    several: true,
    does: "a majority of the channels x more or less, alike",
    draw: (hand) => [
      { word: `offset=${hand.signed}`, channels: pick(hand, majorityOf(hand.channels.length)) },
    ],
  },
];

function word(name: Single | "delay", { size, signed, lastsS }: Hand): string {
  switch (name) {
    case "stuck":
      return "stuck";
    case "bias":
      return `offset=${signed}`;
    case "drift":
      return `drift=${signed / Math.max(lastsS, 1e-6)}/s`;
    case "noise":
      return `noise=${size / 2}`;
    case "spike":
      return `spike=${5 * signed}`;
    case "dropout":
      return "dropout=0.5";
    case "delay":
      return `delay=${delaySamples}`;
  }
}

const pick = ({ dice, channels }: Hand, count: number): string[] => {
  const chosen = shuffled(dice, channels).slice(0, count);
  return channels.filter((channel) => chosen.includes(channel));
};

/** Fisher and Yates. */
function shuffled<Item>(dice: Prng, items: readonly Item[]): Item[] {
  const cards = [...items];
  for (let last = cards.length - 1; last > 0; last -= 1) {
    const other = dice.below(last + 1);
    [cards[last], cards[other]] = [cards[other] as Item, cards[last] as Item];
  }
  return cards;
}

/** A stretch of a recording with faults on it; rows count from the stretch's first. */
export interface Trial {
  readonly recording: Recording;
  readonly faults: readonly InjectedFault[];
}

/** A fault needs room before it, to learn in, and after it, to come back in. */
export const trialRowsMin = 80;

const rowsBeforeMax = 200;
const rowsAfterMax = 100;
const faultRowsMin = 20;
const faultRowsMax = 120;

export interface TrialOptions {
  readonly recording: Recording;
  readonly kind: FaultKind;
  readonly size: number;
  readonly seed: number;
  /** Which of the trials of this kind, from 0. */
  readonly turn: number;
}

export function drawTrial({ recording, kind, size, seed, turn }: TrialOptions): Trial {
  const { rows, channels } = recording;
  assert(rows.length >= trialRowsMin, `too short a recording: ${rows.length} rows`);
  const dice = new Prng(seed).split(`${kind.name} ${turn}`);
  const quarter = Math.floor(rows.length / 4);
  const length = faultRowsMin + dice.below(Math.min(faultRowsMax, quarter) - faultRowsMin + 1);
  const begin =
    quarter + dice.below(rows.length - quarter - length - Math.min(quarter, rowsAfterMax) + 1);
  const end = begin + length;
  const lastsS = (rows[end - 1]?.timeS ?? 0) - (rows[begin]?.timeS ?? 0);
  const signed = dice.chance(0.5) ? size : -size;
  const first = Math.max(0, begin - rowsBeforeMax);
  const stretch = rows.slice(first, end + rowsAfterMax);
  const drawn = kind.draw({ dice, channels, size, signed, lastsS });
  const faults = drawn.map((fault) => placed(fault, { begin, end, first }));
  return { recording: { channels, rows: stretch }, faults };
}

/** The text has the rows of the whole recording, the fault those of the stretch. */
function placed(
  { word, channels }: Drawn,
  rows: { readonly begin: number; readonly end: number; readonly first: number },
): InjectedFault {
  const { begin, end, first } = rows;
  const text = `${word}@${begin}..${end}:${channels.join("+")}`;
  const parsed = parseSensorFault(text);
  if (!parsed.ok) assert(false, `not a fault: ${parsed.reason}`);
  return { fault: parsed.value.fault, text, channels, begin: begin - first, end: end - first };
}
