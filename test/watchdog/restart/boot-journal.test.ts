/** The journal of starts as a file: what is written is read, and what is not ours is refused. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  encodeJournal,
  journalBytesMax,
  parseJournal,
  startsMax,
  withLast,
  withStart,
} from "../../../src/watchdog/restart/boot-journal.js";
import { bootReasons } from "../../../src/watchdog/restart/boot-reason.js";
import { entry } from "./support/entries.js";

describe("the journal of starts", () => {
  it("JOURNAL-1: is read back as it was written", () => {
    const entries = fc.array(
      fc.record({
        bootId: fc.nat(2 ** 48),
        reason: fc.constantFrom(...bootReasons),
        machineBoot: fc.option(fc.uuid()),
        safeMode: fc.boolean(),
        healthy: fc.boolean(),
      }),
      { maxLength: startsMax },
    );
    fc.assert(
      fc.property(entries, (some) => {
        const starts = some.map((fields) => entry(fields));
        const text = encodeJournal(starts);
        expect(text.length).toBeLessThan(journalBytesMax);
        expect(parseJournal(text)).toEqual({ ok: true, starts });
      }),
    );
  });

  it("JOURNAL-2: keeps the last 16 starts, and changes the newest only", () => {
    let starts = withStart([], entry({ bootId: 0 }));
    for (let bootId = 1; bootId < 40; bootId += 1) starts = withStart(starts, entry({ bootId }));
    expect(starts.map(({ bootId }) => bootId)).toEqual(
      Array.from({ length: 16 }, (_, index) => 24 + index),
    );
    const changed = withLast(starts, { healthy: true });
    expect(changed.map(({ healthy }) => healthy)).toEqual([...Array(15).fill(false), true]);
    expect(withLast([], { healthy: true })).toEqual([]);
  });

  const good = encodeJournal([entry({ bootId: 1 })]);
  const refusals: Readonly<Record<string, [text: string, expected: RegExp]>> = {
    "an empty file": ["", /one object of JSON/],
    "one that was cut": [good.slice(0, -20), /one object of JSON/],
    "a list": ["[]", /one object of JSON/],
    null: ["null", /one object of JSON/],
    "another schema": [good.replace("journal/1", "journal/9"), /the schema/],
    "no list": ['{"schema":"holdfast.journal/1","starts":7}', /list of at most 16/],
    "a reason that is none": [good.replace('"first"', '"moon"'), /number 1/],
    "a time that is negative": [good.replace('"backOff":0', '"backOff":-1'), /number 1/],
    "a flag that is a word": [good.replace('"healthy":false', '"healthy":"no"'), /number 1/],
    "a text as long as a book": [good.replace("m1", "m".repeat(100)), /number 1/],
    "a file that is too large": [good + " ".repeat(journalBytesMax), /at most 16384 bytes/],
  };
  it.each(Object.entries(refusals))("JOURNAL-3: refuses %s", (_name, [text, expected]) => {
    expect(parseJournal(text)).toEqual({ ok: false, expected: expect.stringMatching(expected) });
  });

  it("JOURNAL-3: refuses more starts than it would write, and any text without throwing", () => {
    const many = encodeJournal(Array(16).fill(entry({})));
    const more = many.replace("[\n", `[\n${JSON.stringify(entry({}))},`);
    expect(parseJournal(more)).toMatchObject({ ok: false });
    fc.assert(fc.property(fc.string(), (text) => parseJournal(text).ok === false));
    fc.assert(fc.property(fc.json(), (text) => parseJournal(text).ok === false));
  });
});
