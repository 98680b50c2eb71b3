import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type PathInput, PathWatch } from "../../../src/detection/paths/path-watch.js";
import { nodeId } from "../../../src/kernel/ids.js";
import { timeout } from "../../../src/kernel/machine.js";
import { millis } from "../../../src/kernel/time.js";
import { type Happening, NaiveModel, reportEvery, silences } from "./naive-model.js";
import { a, b, bodyOf, c, ms } from "./watch.js";

const peer = fc.constantFrom(b, c);
const version = fc.integer({ min: 1, max: 6 });
const word = fc.constantFrom(
  [0, 0],
  [1, 0],
  [1, 2],
  [2, 1],
  [3, 0],
  [0, 3],
  [0, 1],
) as fc.Arbitrary<readonly [number, number]>;
const words = fc.oneof(
  { weight: 6, arbitrary: word.map((toSelf) => ({ a: toSelf })) },
  { weight: 1, arbitrary: fc.constant({}) },
);
const told = fc
  .record({ from: peer, life: fc.integer({ min: 1, max: 2 }), count: version, words })
  .chain((own) =>
    fc
      .array(
        fc.record({
          subject: fc.constantFrom(a, b, c),
          life: fc.integer({ min: 1, max: 2 }),
          count: version,
          words,
        }),
        { maxLength: 1 },
      )
      .map((relayed) => ({ kind: "told" as const, ...own, relayed })),
  );
const heard = fc.record({
  kind: fc.constant("heard" as const),
  peer,
  path: fc.integer({ min: 0, max: 1 }),
});
const what: fc.Arbitrary<Happening["what"]> = fc.oneof(
  { weight: 6, arbitrary: heard },
  { weight: 5, arbitrary: told },
  { weight: 1, arbitrary: fc.constant({ kind: "was-late" as const }) },
);
const course = fc.array(fc.record({ wait: fc.integer({ min: 1, max: 12 }), what }), {
  maxLength: 40,
});

function inputOf(given: Happening["what"]): PathInput {
  switch (given.kind) {
    case "heard":
      return { kind: "heard", peer: nodeId(given.peer), path: given.path };
    case "told": {
      const body = bodyOf(given.count, given.words, given.relayed);
      return { kind: "hearing", from: nodeId(given.from), life: given.life, body };
    }
    case "was-late":
      return { kind: "was-late" };
  }
}

const paths = silences.map((silence, path) => ({
  ...{ name: `path-${path}`, silenceMax: millis(silence) },
}));

const freshWatch = () =>
  new PathWatch({
    ...{ now: ms(0), self: a, peers: [b, c], paths, reportEvery: millis(reportEvery) },
  });

describe("against a naive model", () => {
  it("PATH-1 to PATH-9: any frames, reports and sleeps lead to the same verdicts", () => {
    fc.assert(
      fc.property(course, (happenings) => {
        const machine = freshWatch();
        const model = new NaiveModel();
        const wakeAndCompare = (at: number): void => {
          if (machine.deadline() <= ms(at)) machine.step(ms(at), timeout);
          const said = machine.standing().map((entry) => ({
            level: entry.level,
            directions: entry.paths.map(({ direction }) => direction),
          }));
          expect(said).toEqual(model.standing(at));
        };
        let at = 0;
        for (const happening of happenings) {
          for (const until = at + happening.wait; at < until; ) wakeAndCompare(++at);
          machine.step(ms(at), inputOf(happening.what));
          model.add({ at, what: happening.what });
          wakeAndCompare(at);
        }
      }),
      { numRuns: 200 },
    );
  });

  it("PATH-4: losses and restorations of a path alternate, and so do the levels of a peer", () => {
    fc.assert(
      fc.property(course, (happenings) => {
        const machine = freshWatch();
        const last = new Map<string, string>();
        const check = (outputs: ReturnType<PathWatch["step"]>): void => {
          for (const output of outputs) {
            if (!("peer" in output) || output.kind === "direction-changed") continue;
            const subject = `${output.peer}/${"path" in output ? output.path : ""}`;
            const first = "path" in output ? "path-restored" : "peer-cut";
            expect(last.get(subject) ?? first).not.toBe(output.kind);
            last.set(subject, output.kind);
          }
        };
        let at = 0;
        for (const { wait, what: given } of happenings) {
          for (const until = at + wait; at < until; ) check(machine.step(ms(++at), timeout));
          check(machine.step(ms(at), inputOf(given)));
        }
      }),
      { numRuns: 50 },
    );
  });
});
