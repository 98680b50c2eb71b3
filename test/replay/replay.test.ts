import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Machine } from "../../src/kernel/machine.js";
import { timeout } from "../../src/kernel/machine.js";
import { instant } from "../../src/kernel/time.js";
import type { NodeInput, NodeOutput } from "../../src/node/ports.js";
import { RecordingEncoder } from "../../src/replay/format.js";
import { keyCheck, parseHeader } from "../../src/replay/header.js";
import { replay } from "../../src/replay/replay.js";
import { outlineDifferences, outlineOf } from "../../src/replay/settings-outline.js";
import { inputText, outputText } from "../../src/replay/step-text.js";
import { checksumMac } from "../../src/wire/mac.js";
import { benchSettings } from "../support/bench-cluster.js";
import { app, record } from "./support.js";

const recorded = record();
const { header, lines, text } = recorded;

const replayText = (altered: string) =>
  replay({ header, text: altered, machine: recorded.fresh() });

/** The place of the first line from `from` on that has `part`, counted from 0. */
const lineWith = (part: string, from = 1): number =>
  lines.findIndex((line, index) => index >= from && line.includes(part));

function replaceAt(word: string, at: number): string {
  return word.slice(0, at) + (word[at] === "A" ? "B" : "A") + word.slice(at + 1);
}

describe("a command in a recording", () => {
  const textOf = (frame: Uint8Array | null): string => {
    const until = instant(1_500);
    return outputText(instant(1_000), { kind: "write", output: "heater", value: 1, until, frame });
  };

  it("has its frame, and another text for another frame (PROT-8, REPLAY-2)", () => {
    const frame = new Uint8Array(28);
    expect(textOf(null)).toBe("write heater 1 for 500 us");
    expect(textOf(frame)).toMatch(/^write heater 1 for 500 us in 28 bytes #[0-9a-f]{8}$/);
    expect(textOf(frame.with(27, 1))).not.toBe(textOf(frame));
  });
});

describe("a replay", () => {
  it("of the same machine has no difference, over all kinds of input (REPLAY-1)", () => {
    const result = replayText(text);
    expect(result).toMatchObject({
      ...{ difference: null, altered: [], unreadable: null, cutOff: false, end: "stopped" },
      steps: lines.length - 2,
    });
    expect(result.steps).toBeGreaterThan(200);
    const inputs = ['"i":"timeout"', '"i":{"d":', '"i":{"r":', '"i":{"w":', '"i":{"h":'];
    for (const kind of [...inputs, "write heater 1", "report channel-overridden"]) {
      expect(lineWith(kind)).toBeGreaterThan(0);
    }
  });

  it("names the first difference after one byte of an input was changed (REPLAY-2)", () => {
    // A sample of a peer: with another byte its tag is wrong.
    const index = lineWith('"i":{"d":', 100);
    const line = lines[index] ?? "";
    const changed = replaceAt(line, line.indexOf('"d":"') + 30);
    const result = replayText(lines.with(index, changed).join(""));
    expect(result.altered).toEqual([index + 1]);
    expect(result.difference).toMatchObject({
      line: index + 1,
      step: index,
      input: expect.stringContaining("datagram of"),
      replayed: expect.stringContaining("refused reason=bad-tag"),
    });
    expect(result.difference?.time).toBe(JSON.parse(line).t);
  });

  it("does not take a person's word that was altered for another one (REPLAY-5)", () => {
    const index = lineWith('"i":{"h":');
    for (const [said, other] of [
      ['"exclude"]', '"insist"]'],
      ['"temperature",', "7,"],
    ] as const) {
      const changed = (lines[index] ?? "").replace(said, other);
      const { unreadable } = replayText(lines.with(index, changed).join(""));
      expect(unreadable).toEqual({ line: index + 1, expected: "an input `i`" });
    }
    const swapped = (lines[index] ?? "").replace("n2/temperature", "n9/temperature");
    const { altered, difference } = replayText(lines.with(index, swapped).join(""));
    expect([altered, difference?.line]).toEqual([[index + 1], index + 1]);
  });

  it("names an output that was recorded otherwise (REPLAY-2)", () => {
    const index = lineWith("write heater 1");
    const changed = (lines[index] ?? "").replace("write heater 1", "write heater 0");
    const { difference } = replayText(lines.with(index, changed).join(""));
    expect(difference).toMatchObject({
      line: index + 1,
      recorded: expect.stringContaining("write heater 0 for"),
      replayed: expect.stringContaining("write heater 1 for"),
    });
  });

  it("finds a machine that answers otherwise, be it once (REPLAY-2)", () => {
    let steps = 0;
    const machine = recorded.fresh();
    const faulty: Machine<NodeInput, NodeOutput> = {
      step: (now, input) => {
        steps += 1;
        const outputs = machine.step(now, input);
        return steps === 150 ? [...outputs, { kind: "pet" }] : outputs;
      },
      deadline: () => null,
    };
    const { difference } = replay({ header, text, machine: faulty });
    expect(difference).toMatchObject({ step: 150, recorded: null, replayed: "pet" });
  });

  it("notices lines that are gone, and goes on (REPLAY-3)", () => {
    const index = lineWith('"i":{"w":');
    const result = replayText(lines.toSpliced(index, 1).join(""));
    expect(result.altered[0]).toBe(index + 1);
    expect(result.steps).toBeGreaterThan(index);
  });

  it("leaves a last line out that was cut off, and says so (REPLAY-4)", () => {
    const cut = lines.slice(0, 51).join("");
    expect(replayText(cut.slice(0, -7))).toMatchObject({
      ...{ cutOff: true, steps: 49, end: null, difference: null, unreadable: null },
    });
    expect(replayText(cut)).toMatchObject({ cutOff: false, steps: 50, end: null });
  });

  it.each([
    ["no JSON", (line: string) => line.replace('"i":', '"i"')],
    ["no check", (line: string) => line.replace(',"c":"', ',"x":"')],
    ["no input", (line: string) => line.replace('"i":', '"j":')],
    ["no time", (line: string) => line.replace('"t":', '"t":"x","u":')],
    ["a time that goes back", (line: string) => line.replace(/"t":\d+/, '"t":1')],
    ["outputs that are no list", (line: string) => line.replace('"o":', '"o":7,"p":')],
  ])("ends at a line with %s, with its number (REPLAY-5)", (_what, change) => {
    const changed = change(lines[80] ?? "");
    const result = replayText(lines.with(80, changed).join(""));
    expect(result.unreadable?.line).toBe(81);
    expect(result.steps).toBe(79);
  });

  it("takes any file without a throw (REPLAY-5)", () => {
    const short = lines.slice(0, 60).join("");
    fc.assert(
      fc.property(
        fc.nat(short.length - 1),
        fc.string({ unit: "binary", minLength: 1, maxLength: 3 }),
        (at, rubbish) => {
          const broken = short.slice(0, at) + rubbish + short.slice(at + rubbish.length);
          const { steps } = replayText(broken);
          expect(steps).toBeLessThanOrEqual(60);
          parseHeader(broken);
        },
      ),
    );
  });

  it("compares what a machine threw, too", () => {
    const boom: Machine<NodeInput, NodeOutput> = {
      step: () => {
        throw new Error("boom");
      },
      deadline: () => null,
    };
    const encoder = new RecordingEncoder(header);
    const thrown = [
      encoder.header,
      encoder.threw(instant(header.startedAt + 5), timeout, new Error("boom")),
      encoder.end(instant(header.startedAt + 5), "failed"),
    ].join("");
    const same = replay({ header, text: thrown, machine: boom });
    expect(same).toMatchObject({ difference: null, end: "failed", steps: 1 });
    const { difference } = replayText(thrown);
    expect(difference).toMatchObject({ recorded: "threw Error: boom" });
  });
});

describe("the lines of a recording", () => {
  /** What a machine is fed by the recording of these inputs. */
  function fedBy(inputs: readonly NodeInput[]): unknown[] {
    const encoder = new RecordingEncoder(header);
    const steps = inputs.map((input) => encoder.step(header.startedAt, input, []));
    const seen: unknown[] = [];
    const spy: Machine<NodeInput, NodeOutput> = {
      step: (_now, input) => {
        seen.push(input);
        return [];
      },
      deadline: () => null,
    };
    replay({ header, text: [encoder.header, ...steps].join(""), machine: spy });
    return seen;
  }

  it("keep every bit of a reading", () => {
    const values = [-0, 0, 5e-324, 0.1 + 0.2, null, -1e308];
    const readings = values.map((value, index) => ({
      channel: `grün ${index}`,
      value,
      sourceTime: instant(header.startedAt - 1_000 + index),
    }));
    expect(fedBy([{ kind: "readings", readings }])).toEqual([{ kind: "readings", readings }]);
  });

  it("keep where a datagram came from, and by which path", () => {
    const bytes = new Uint8Array([1, 2, 3]);
    const inputs: NodeInput[] = [
      { kind: "datagram", bytes },
      { kind: "datagram", bytes, origin: "192.0.2.1:7400" },
      { kind: "datagram", bytes, path: 1 },
      { kind: "datagram", bytes, origin: "[2001:db8::1]:7400", path: 2 },
    ];
    expect(fedBy(inputs)).toEqual(inputs);
    const last = inputText(header.startedAt, inputs[3] as NodeInput);
    expect(last).toMatch(/^datagram of nobody from \[2001:db8::1\]:7400 by path 2: 3 bytes #/);
  });
});

describe("the header", () => {
  it("comes back as it was written, without the key (REPLAY-6)", () => {
    expect(parseHeader((lines[0] ?? "").trimEnd())).toEqual({ ok: true, header });
    expect(lines[0]).not.toContain("07".repeat(16));
  });

  it("tells another key (REPLAY-6)", () => {
    expect(keyCheck(checksumMac(new Uint8Array(16).fill(7)))).toBe(header.keyCheck);
    expect(keyCheck(checksumMac(new Uint8Array(16).fill(8)))).not.toBe(header.keyCheck);
  });

  it.each([
    ["", "a header"],
    ["[]", "a header"],
    ['{"schema":"holdfast.recording/2"}', "the schema holdfast.recording/1"],
    ['{"schema":"holdfast.recording/1","node":"A B"}', "the id of a node"],
    ['{"schema":"holdfast.recording/1","node":"a","bootId":-1}', "`bootId`"],
    ['{"schema":"holdfast.recording/1","node":"a","bootId":1}', "`startedAt`"],
  ])("is refused when it is none: %s", (line, expected) => {
    const reading = parseHeader(line);
    expect(reading).toMatchObject({ ok: false, expected: expect.stringContaining(expected) });
  });
});

describe("settings in outline", () => {
  const settings = benchSettings(app, 3);

  it("are the same for the same settings, also after they were written down", () => {
    const written = JSON.parse(JSON.stringify(outlineOf(settings)));
    expect(outlineDifferences(written, outlineOf(benchSettings(app, 3)))).toEqual([]);
  });

  it("name what differs, a changed control function among it", () => {
    const timing = { ...settings.timing, cycle: settings.timing.cutoff };
    const control = () => ({ state: null, commands: {} });
    const other = { ...settings, timing, app: { ...app, control } };
    const differences = outlineDifferences(outlineOf(settings), outlineOf(other));
    expect(differences.map(({ path }) => path).sort()).toEqual(["app.control", "timing.cycle"]);
    expect(differences.find(({ path }) => path === "timing.cycle")).toMatchObject({
      ...{ recorded: "100000", now: "50000" },
    });
  });
});
