import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  parseRecording,
  type Recording,
  type RecordingOptions,
  recordingColumnsMax,
  recordingRowsMax,
  recordingTextMax,
} from "../../../boards/recording/csv.js";
import { describeShared, readShared } from "../../support/shared-files.js";

function parsed(text: string, options: RecordingOptions = {}): Recording {
  const answer = parseRecording(text, options);
  if (!answer.ok) throw new Error(`line ${answer.line}: ${answer.reason}`);
  return answer.recording;
}

const refusal = (text: string, options: RecordingOptions = {}) => {
  const answer = parseRecording(text, options);
  return answer.ok ? "accepted" : `${answer.line}: ${answer.reason}`;
};

describe("a recording", () => {
  it("REC-1: is read by columns: an empty cell is an omission", () => {
    expect(parsed("time_s,a,b\n0,1.5,-2\n60,,3e-1\n60,+4.,.5\n")).toEqual({
      channels: ["a", "b"],
      rows: [
        { timeS: 0, values: [1.5, -2] },
        { timeS: 60, values: [null, 0.3] },
        { timeS: 60, values: [4, 0.5] },
      ],
    });
  });

  it("REC-1: gives the columns asked for, in that order, whatever is in the others", () => {
    const text = "t,name,a,b\n1,kitchen,1,2\n2,attic,,4";
    expect(parsed(text, { channels: ["b", "a"] })).toEqual({
      channels: ["b", "a"],
      rows: [
        { timeS: 1, values: [2, 1] },
        { timeS: 2, values: [4, null] },
      ],
    });
    expect(refusal(text)).toBe('2: "name": "kitchen" is no number');
  });

  it.each(["t", "time", "time_s", "timestamp"])("REC-2: takes %s for the time", (name) => {
    expect(parsed(`a,${name}\n7,5\n8,6`)).toEqual({
      channels: ["a"],
      rows: [
        { timeS: 5, values: [7] },
        { timeS: 6, values: [8] },
      ],
    });
  });

  it("REC-2: takes the column that it is told to, and counts rows where there is none", () => {
    const times = (text: string, options?: RecordingOptions) =>
      parsed(text, options).rows.map((row) => row.timeS);
    expect(times("t,hours,a\n1,10,1\n2,20,1", { time: "hours" })).toEqual([10, 20]);
    expect(times("a,b\n1,1\n1,1\n1,1")).toEqual([0, 1, 2]);
    expect(times("t,a\n9,1", { channels: ["t"] })).toEqual([0]);
    expect(parsed("t,hours,a\n1,10,3", { time: "hours" }).channels).toEqual(["t", "a"]);
  });

  it("REC-3: lets pass what spreadsheets add", () => {
    const plain = parsed("t,a\n0,1\n1,2");
    expect(parsed("\uFEFFt,a\r\n0,1\r\n1,2\r\n\r\n  \r\n")).toEqual(plain);
    expect(parsed(' t , "a"\n"0", 1 \n 1,"2" \n')).toEqual(plain);
    expect(parsed("t,a\r0,1\r1,2\r")).toEqual(plain);
    expect(parsed('t,"the ""a"", so to say"\n0,1').channels).toEqual(['the "a", so to say']);
    expect(parsed(",a\n0,1\n1,2", { channels: ["a"] }).rows).toEqual(plain.rows);
  });

  it("REC-3: in a file of one column an empty line between others is an omission", () => {
    expect(parsed("a\n1\n\n3\n\n").rows.map((row) => row.values[0])).toEqual([1, null, 3]);
  });

  it.each([
    ["", "1: the file is empty, expected a header"],
    ["\uFEFF\r\n\r\n", "1: the file is empty, expected a header"],
    ["t,a\n", "1: no row follows the header, expected at least one"],
    ["t\n1\n", "1: expected at least one channel beside the time"],
    ["a,b,a\n1,2,3", '1: two columns are called "a"'],
    ["t,,a\n1,2,3", "1: column 2 has no name, expected one"],
    ["a,b\n1,2\n3", "3: expected 2 cells, found 1"],
    ["a,b\n1,2\n3,4,5", "3: expected 2 cells, found more"],
    ["a,b\n1,2\n\n3,4", "3: expected 2 cells, found 1"],
    ["a,b\n1,x", '2: "b": "x" is no number'],
    ["a\nNaN", '2: "a": "NaN" is no number'],
    ["a\n-inf", '2: "a": "-inf" is no number'],
    ["a\n0x10", '2: "a": "0x10" is no number'],
    ["a\n1e999", '2: "a": "1e999" is no number'],
    ["a\n1 2", '2: "a": "1 2" is no number'],
    ["t,a\n,1", '2: "t": "" is no time in seconds'],
    ["t,a\n12:30,1", '2: "t": "12:30" is no time in seconds'],
    ["t,a\n5,1\n4.5,1", "3: time goes back from 5 to 4.5"],
    ['t,"a\n1,2', "1: a quoted cell does not end where it should"],
    ['t,a\n1,"2" x', "2: a quoted cell does not end where it should"],
    ['t,a\n1,2"', "2: a quoted cell does not end where it should"],
  ])("REC-4: refuses %j", (text, expected) => {
    expect(refusal(text)).toBe(expected);
  });

  it("REC-4: refuses to be asked for what is not there, or twice", () => {
    const text = "t,a,b\n1,2,3";
    expect(refusal(text, { channels: ["a", "c"] })).toBe(
      '1: no column is called "c"; there are "t", "a", "b"',
    );
    expect(refusal(text, { time: "when" })).toContain('1: no column is called "when"');
    expect(refusal(text, { channels: ["a", "a"] })).toBe('1: channel "a" is asked for twice');
    expect(refusal(text, { channels: [] })).toBe(
      "1: expected at least one channel beside the time",
    );
    expect(refusal(text, { channels: ["a", "b"], time: "a" })).toBe(
      '1: column "a" cannot be both the time and a channel',
    );
    expect(refusal("a;b\n1;2", { channels: ["a"] })).toContain('there are "a;b"');
    expect(refusal(text, { channels: ["constructor"] })).toContain("no column");
  });

  it("REC-5: keeps to its limits, at them and beyond", () => {
    const rows = (count: number) => `a\n${"1\n".repeat(count)}`;
    expect(parsed(rows(recordingRowsMax)).rows).toHaveLength(recordingRowsMax);
    const tooMany = `${recordingRowsMax + 2}: expected at most ${recordingRowsMax} rows`;
    expect(refusal(rows(recordingRowsMax + 1))).toBe(tooMany);
    expect(refusal(`${rows(recordingRowsMax)}1`)).toBe(tooMany);
    const columns = (count: number) => Array.from({ length: count }, (_, index) => `c${index}`);
    const wide = (count: number) => `${columns(count)}\n${columns(count).fill("1")}`;
    expect(parsed(wide(recordingColumnsMax)).channels).toHaveLength(recordingColumnsMax);
    expect(refusal(wide(recordingColumnsMax + 1))).toBe(
      `1: expected at most ${recordingColumnsMax} columns`,
    );
    expect(refusal(" ".repeat(recordingTextMax + 1))).toContain("characters, expected at most");
  });

  it("REC-6: throws at nothing, and what it accepts is in order", () => {
    const alphabet = fc.constantFrom(...'0123456789.,-+e"\r\n \t;tab\uFEFF');
    const strange = fc.string({ unit: alphabet, maxLength: 80 });
    const text = fc.oneof(
      fc.string(),
      strange,
      strange.map((tail) => `t,a\n0,1\n${tail}`),
    );
    fc.assert(
      fc.property(text, (candidate) => {
        const answer = parseRecording(candidate);
        if (!answer.ok) {
          expect(answer.line).toBeGreaterThan(0);
          expect(answer.reason.length).toBeGreaterThan(5);
          return;
        }
        const { channels, rows } = answer.recording;
        for (const { timeS, values } of rows) {
          expect(Number.isFinite(timeS)).toBe(true);
          expect(values).toHaveLength(channels.length);
          for (const value of values) expect(value === null || Number.isFinite(value)).toBe(true);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});

const triple = "data/library-triple-8-18-19.csv";

describeShared("REC-1: a real recording", [triple], () => {
  it("is read whole, with its omissions", () => {
    const { channels, rows } = parsed(readShared(triple));
    expect(channels).toEqual(["mote8", "mote18", "mote19"]);
    expect(rows).toHaveLength(1_595);
    expect(rows[2]).toEqual({ timeS: 120, values: [null, 22.16, 22.08] });
  });
});
