/**
 * The acceptance of channel health on two recorded triples of temperature sensors, of which nothing
 * is known to be faulty, and of which readings are missing: alone, and with every fault injected.
 */
import { expect, it } from "vitest";
import type { SensorFault } from "../../src/faults/sensor-faults.js";
import { voters } from "../../src/voting/voters.js";
import { describeShared, readShared } from "../support/shared-files.js";
import {
  healthOf,
  type Injection,
  type ReplayedRow,
  recordingOf,
  replayed,
  strictVoters,
  toldIn,
  tolerance,
  triples,
} from "./replayed.js";

const withVoters = triples.flatMap((name) =>
  [...voters.values()].map((voter) => ({ name, voter, by: voter.name })),
);

describeShared("fault-free recordings", triples, () => {
  it.each(withVoters)("$name, $by: no false alarm with default settings", ({ name, voter }) => {
    expect(toldIn(replayed(recordingOf(name), { voter }))).toEqual([]);
  });

  // Each is stricter than its default by a fifth at least: so much room has the default.
  const strict = [
    { densityMax: 0.06 },
    { noiseMax: 0.2 * tolerance },
    { deadRatio: 0.3 },
    { biasMax: 0.8 * tolerance },
    { commonStepMax: 0.1 * tolerance },
    { rateMax: 0.004 },
    { stuckMove: 0.02 },
    { strikesMax: 20 },
  ];

  it.each(triples.flatMap((name) => strict.map((health) => [name, health] as const)))(
    "%s: no false alarm with %j either (HEALTH-19)",
    (name, health) => {
      expect(toldIn(replayed(recordingOf(name), healthOf(health)))).toEqual([]);
    },
  );
});

describeShared("19 sensors of a room, each by itself", ["data/library-motes.csv"], () => {
  it("omit up to 5 % of their readings, and are not excluded for that (HEALTH-16)", () => {
    const motes = new Map<string, Map<number, number>>();
    for (const line of readShared("data/library-motes.csv").trim().split("\n").slice(1)) {
      const [epoch, , mote = "", temperature] = line.split(",");
      const readings = motes.get(mote) ?? new Map<number, number>();
      motes.set(mote, readings.set(Number(epoch), Number(temperature)));
    }
    expect(motes.size).toBe(19);
    for (const [mote, readings] of motes) {
      const epochs = Math.max(...readings.keys());
      const rows = Array.from({ length: epochs }, (_, row) => ({
        timeS: 60 * row,
        values: [readings.get(row + 1) ?? null],
      }));
      const strict = healthOf({ densityMax: 0.06, rateMax: 0.004 });
      expect(toldIn(replayed({ channels: [mote], rows }, strict))).toEqual([]);
    }
  });
});

/** The first row of five beyond the tolerance, and how far the fault may have got until then. */
function crossingOf(rows: readonly ReplayedRow[], channel: number): number | null {
  let run = 0;
  for (let row = 0; row < rows.length; row += 1) {
    const { closing, faulty, clean } = rows[row] as ReplayedRow;
    const value = faulty[channel] ?? null;
    const voted = closing.verdict.value;
    if (value === null || voted === null) continue;
    const isFar = value !== clean[channel] && Math.abs(value - voted) > tolerance;
    run = isFar ? run + 1 : 0;
    if (run === 5) return row - 4;
  }
  return null;
}

const persistent: readonly SensorFault[] = [
  { kind: "offset", by: 1 },
  { kind: "offset", by: -1 },
  { kind: "offset", by: 1.5 },
  { kind: "offset", by: -5 },
  { kind: "drift", perSecond: 0.02 / 60 },
  { kind: "drift", perSecond: -0.1 / 60 },
  { kind: "drift", perSecond: 0.5 / 60 },
  { kind: "noise", deviation: 3 },
  { kind: "garbage", span: 100 },
  { kind: "stuck", value: 40 },
  { kind: "stuck", value: null },
];

const spiky: readonly SensorFault[] = [
  { kind: "spike", by: 30, every: 3 },
  { kind: "spike", by: 1, every: 2 },
  { kind: "spike", by: -30, every: 20 },
  { kind: "noise", deviation: 1 },
  { kind: "dropout", probability: 0.5 },
  { kind: "delay", samples: 3, restamped: true },
  { kind: "delay", samples: 3, restamped: false },
];

const cases = triples.flatMap((name) =>
  strictVoters.flatMap((voter) =>
    [0, 1, 2].map((channel) => ({ name, voter, by: voter.name, channel })),
  ),
);

const injected = (fault: SensorFault, channel: number): Injection => ({
  channel,
  fault,
  begin: 400,
  end: 700,
});

/** The channels that an event blames, and the first row in which the given one was excluded. */
function blamed(rows: readonly ReplayedRow[], channel: string) {
  const told = toldIn(rows);
  const excluded = told.filter((text) => text.includes(" excluded "));
  const others = excluded.filter((text) => text.split(" ")[1] !== channel);
  const first = excluded.find((text) => text.split(" ")[1] === channel);
  return { others, first: first === undefined ? null : Number(first.split(" ")[0]), told };
}

/** Where all healthy channels speak the value is among theirs, and else not far from it. */
function unmasked(rows: readonly ReplayedRow[], channel: number): number[] {
  return rows.flatMap(({ closing, clean }, row) => {
    const { value } = closing.verdict;
    if (value === null) return [];
    const present = clean.filter((said) => said !== null);
    const healthy = clean.filter((said, index) => said !== null && index !== channel);
    const slack = (healthy.length === 2 ? 0 : tolerance / 2) + 1e-9;
    const isMasked = value >= Math.min(...present) - slack && value <= Math.max(...present) + slack;
    return isMasked ? [] : [row];
  });
}

describeShared("one fault on a recording", triples, () => {
  it.each(cases)(
    "$name, $by, channel $channel: isolated, re-admitted",
    ({ name, voter, channel }) => {
      const recording = recordingOf(name);
      for (const fault of persistent) {
        const rows = replayed(recording, { voter }, [injected(fault, channel)]);
        const { others, first, told } = blamed(rows, recording.channels[channel] ?? "");
        const what = `${JSON.stringify(fault)}: ${told.join(", ")}`;
        const crossing = crossingOf(rows, channel);
        expect(others, what).toEqual([]);
        if (crossing !== null) {
          expect(first, what).not.toBeNull();
          expect(first ?? 0, what).toBeLessThanOrEqual(crossing + 4);
        }
        if (first !== null) {
          expect(told.at(-1), what).toContain("readmitted");
        }
        expect(unmasked(rows, channel), what).toEqual([]);
      }
    },
  );

  it.each(cases)(
    "$name, $by, channel $channel: what comes and goes",
    ({ name, voter, channel }) => {
      const recording = recordingOf(name);
      for (const fault of spiky) {
        const rows = replayed(recording, { voter }, [injected(fault, channel)]);
        const { others, told } = blamed(rows, recording.channels[channel] ?? "");
        const what = `${JSON.stringify(fault)}: ${told.join(", ")}`;
        expect(others, what).toEqual([]);
        expect(unmasked(rows, channel), what).toEqual([]);
      }
    },
  );
});

describeShared("two faults at once on a recording", triples, () => {
  const pairs: readonly (readonly [SensorFault, SensorFault])[] = [
    [
      { kind: "offset", by: 3 },
      { kind: "offset", by: -3 },
    ],
    [
      { kind: "offset", by: 3 },
      { kind: "offset", by: 6 },
    ],
    [
      { kind: "drift", perSecond: 0.1 / 60 },
      { kind: "drift", perSecond: -0.1 / 60 },
    ],
    [
      { kind: "stuck", value: 40 },
      { kind: "offset", by: 3 },
    ],
  ];

  it.each(cases)(
    "$name, $by, all but $channel: no majority (SENSOR-3)",
    ({ name, voter, channel }) => {
      const recording = recordingOf(name);
      const [one = 0, other = 0] = [0, 1, 2].filter((place) => place !== channel);
      for (const [first, second] of pairs) {
        const rows = replayed(recording, { voter }, [
          injected(first, one),
          injected(second, other),
        ]);
        // A drift is within the tolerance at first.
        const wrong = rows.slice(440, 700).flatMap(({ closing, clean }, row) => {
          const { value } = closing.verdict;
          const truth = clean[channel] ?? null;
          return value === null || truth === null || Math.abs(value - truth) < 1 ? [] : [row];
        });
        expect(wrong, JSON.stringify([first, second])).toEqual([]);
        const { verdict } = (rows[650] as ReplayedRow).closing;
        expect(verdict.value).toBeNull();
      }
    },
  );
});
