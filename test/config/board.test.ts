/** Boards of pins in a config: what is wired to what, and what is refused on a desk. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { PinBoardSettings } from "../../src/config/board-schema.js";
import { wiringOf } from "../../src/config/wiring-settings.js";
import { boardSpecsOf } from "../../src/host/board-specs.js";
import { nodeId } from "../../src/kernel/ids.js";
import { millis, seconds } from "../../src/kernel/time.js";
import { accepted, appModule, ConfigFolder, problemLines, soundConfig } from "./support/folder.js";

let folder: ConfigFolder;
beforeAll(async () => {
  folder = await ConfigFolder.make();
});
afterAll(() => folder.remove());

/** The board begins on line 8. */
const withBoard = (board: string): string => soundConfig.replace("board: { kind: mock }\n", board);

const pi = (inputs: string, outputs = "heater: { pin: GPIO17 }"): string =>
  withBoard(`board:\n  kind: raspberry-pi\n  inputs:\n    ${inputs}\n  outputs:\n    ${outputs}\n`);
const bridge = (inputs: string, outputs = "heater: { pin: D8 }"): string =>
  pi(inputs, outputs).replace("raspberry-pi", "bridge\n  port: /dev/ttyACM0");

const problems = async (config: string): Promise<readonly string[]> =>
  problemLines(await folder.load(config)).map((line) => line.replace("holdfast.yaml:", ""));

async function wiring(config: string, node = "a") {
  const { settings } = accepted(await folder.load(config));
  const self = nodeId(node);
  const specs = boardSpecsOf(settings.cluster, self);
  const { inputs, outputs } = wiringOf(settings.board as PinBoardSettings, self, specs);
  return { input: inputs.get("temperature"), output: outputs.get("heater") };
}

describe("the wiring of a board of pins (BOARD-CONFIG-1)", () => {
  it("is short where the defaults do: a sensor of the kernel, a relay", async () => {
    expect(await wiring(pi("temperature: { pin: cpu }"))).toEqual({
      input: { kind: "analog", pin: "cpu", valid: null, scale: 1, offset: 0 },
      output: { kind: "digital", pin: "GPIO17", activeLow: false, threshold: 0.5 },
    });
  });

  it("has a line through two points, and what a whole wire can carry", async () => {
    const points = "points: [{ raw: 0.5, value: -50 }, { raw: 1.75, value: 75 }]";
    const wire = `temperature: { pin: A0, ${points}, valid: { min: 0.1, max: 2 } }`;
    const pwm = "heater: { pin: D9, as: pwm, activeLow: true }";
    expect(await wiring(bridge(wire, pwm))).toEqual({
      input: { kind: "analog", pin: "A0", valid: { min: 0.1, max: 2 }, scale: 100, offset: -100 },
      output: { kind: "pwm", pin: "D9", activeLow: true, frequency: 1_000 },
    });
  });

  it("has what edges tell, with debounce, pull and window", async () => {
    const given = "pin: GPIO4, pull: up, debounce: 5ms, activeLow: true";
    const digital = { pin: "GPIO4", pull: "up", debounce: millis(5), activeLow: true };
    const linear = { scale: 1, offset: 0 };
    const level = await wiring(pi(`temperature: { ${given} }`));
    expect(level.input).toEqual({ kind: "level", ...digital, ...linear });
    const count = await wiring(pi(`temperature: { ${given}, as: count, edge: both, scale: 0.5 }`));
    expect(count.input).toEqual({
      ...{ kind: "count", counted: "both", ...digital, scale: 0.5, offset: 0 },
    });
    const frequency = await wiring(pi(`temperature: { ${given}, as: frequency }`));
    expect(frequency.input).toEqual({
      ...{ kind: "frequency", window: seconds(1), ...digital, ...linear },
    });
  });

  it("may differ from node to node, in pins and in the serial line", async () => {
    const config = bridge(
      "temperature: { pin: A0 }\n    b/temperature: { pin: A1 }",
      "heater: { pin: D8 }\n    c/heater: { pin: D7 }",
    );
    const [a, b, c] = [
      await wiring(config, "a"),
      await wiring(config, "b"),
      await wiring(config, "c"),
    ];
    expect([a, b, c].map(({ input }) => input?.pin)).toEqual(["A0", "A1", "A0"]);
    expect([a, b, c].map(({ output }) => output?.pin)).toEqual(["D8", "D8", "D7"]);
    const ports = config.replace("inputs:", "ports: { b: /dev/ttyUSB0 }\n  inputs:");
    accepted(await folder.load(ports));
  });
});

describe("a wiring is refused (BOARD-CONFIG-2)", () => {
  it("without a pin for a channel or an output, once for all nodes", async () => {
    expect(await problems(withBoard("board: { kind: raspberry-pi }\n"))).toEqual([
      "8:8: board.inputs.temperature: missing: expected `temperature: { pin: ... }`, for a, b, c",
      "8:8: board.outputs.heater: missing: expected `heater: { pin: ... }`, for a, b, c",
    ]);
    const two = pi("a/temperature: { pin: cpu }\n    c/temperature: { pin: cpu }");
    expect(await problems(two)).toEqual([
      "11:5: board.inputs.temperature: missing: expected `temperature: { pin: ... }`, for b",
    ]);
  });

  it.each([
    [
      "temperature: { pin: cpu }\n    temprature: { pin: GPIO4 }",
      "12:5: board.inputs.temprature: expected the name of a channel, as it is or after its node " +
        '(did you mean "temperature"?)',
    ],
    [
      "temperature: { pin: cpu }\n    d/temperature: { pin: GPIO4 }",
      "12:5: board.inputs.d/temperature: expected the name of a channel, as it is or after its " +
        'node (did you mean "a/temperature"?)',
    ],
    [
      "temperature: { pin: GPIO71 }",
      "11:25: board.inputs.temperature.pin: expected a pin of the header of a Raspberry Pi, got " +
        'GPIO71 (did you mean "GPIO7"?)',
    ],
    [
      "temperature: { pin: GPIO4, as: analog }",
      "11:25: board.inputs.temperature.pin: expected a pin that can be used for analog (cpu); " +
        "GPIO4 is for input, output",
    ],
    [
      "temperature: { pin: cpu, as: count }",
      "11:25: board.inputs.temperature.pin: expected a pin that can be used for input; cpu is " +
        "for analog",
    ],
    [
      "temperature: { pin: GPIO17 }",
      "13:20: board.outputs.heater.pin: expected each pin once, and line 11 has GPIO17 already",
    ],
    [
      "temperature: { pin: P1-11 }",
      "13:20: board.outputs.heater.pin: expected each pin once, and line 11 has GPIO17 already",
    ],
    [
      "temperature: { pin: cpu, pul: up }",
      '11:30: board.inputs.temperature.pul: expected a known key, got "pul" (did you mean "pull"?)',
    ],
  ])("on a Raspberry Pi: %s", async (inputs, expected) => {
    expect(await problems(pi(inputs))).toEqual([expected]);
  });

  it.each([
    [
      "temperature: { pin: A0, valid: { min: 0, max: 10 } }",
      "12:51: board.inputs.temperature.valid.max: expected what A0 can have, from 0 to 5 V, got 10",
    ],
    [
      "temperature: { pin: A0, points: [{ raw: -1, value: 0 }, { raw: 5, value: 9 }] }",
      "12:45: board.inputs.temperature.points[0].raw: expected what A0 can have, from 0 to 5 V, " +
        "got -1",
    ],
    [
      "temperature: { pin: A0, points: [{ raw: 1, value: 0 }, { raw: 1, value: 9 }] }",
      "12:37: board.inputs.temperature.points: expected two points that differ in raw: there is " +
        "no line through these",
    ],
    [
      "temperature: { pin: A0, points: [{ raw: 1, value: 0 }] }",
      "12:37: board.inputs.temperature.points: expected two points, each with raw and value, got " +
        '[{"raw":1,"value":0}]',
    ],
    [
      "temperature: { pin: A0, scale: 2, points: [{ raw: 1, value: 0 }, { raw: 2, value: 9 }] }",
      "12:36: board.inputs.temperature.scale: expected points, or scale and offset, not both",
    ],
    [
      "temperature: { pin: A0, valid: { min: 2, max: 2 } }",
      "12:36: board.inputs.temperature.valid: expected min below max, got 2 and 2",
    ],
    [
      "temperature: { pin: D1 }",
      "12:25: board.inputs.temperature.pin: expected a pin of the bridge, got D1 " +
        '(did you mean "D2"?)',
    ],
  ])("on a bridge: %s", async (inputs, expected) => {
    expect(await problems(bridge(inputs))).toEqual([expected]);
  });

  it("with PWM on a pin without a timer, and with keys of another kind of board", async () => {
    const found = await problems(
      bridge("temperature: { pin: A0 }", "heater: { pin: D8, as: pwm }\n  gpio: sysfs"),
    );
    expect(found).toEqual([
      "14:20: board.outputs.heater.pin: expected a pin that can be used for pwm " +
        "(D3, D5, D6, D9, D10, D11); D8 is for input, output",
      '15:3: board.gpio: expected a known key, got "gpio" (of another kind)',
    ]);
  });

  it("with PWM where a guard is a must, for it has none", async () => {
    const config = pi("temperature: { pin: cpu }", "heater: { pin: GPIO18, as: pwm }");
    accepted(await folder.load(config));
    expect(await problems(`${config}  guard: true\n`)).toEqual([
      "13:32: board.outputs.heater.as: expected no PWM beside `guard: true`: a guard stands by " +
        "digital outputs alone",
    ]);
    const relay = pi("temperature: { pin: cpu }", "heater: { pin: GPIO18 }");
    accepted(await folder.load(`${relay}  guard: true\n`));
  });

  it("with PWM that is active low and would be let go: that is full on", async () => {
    await folder.write("let-go.mjs", appModule.replace('kind: "value", value: 0', 'kind: "input"'));
    const load = (outputs: string) =>
      problems(pi("temperature: { pin: cpu }", outputs).replace("app.mjs", "let-go.mjs"));
    expect(
      await load(
        "b/heater: { pin: GPIO18, as: pwm, activeLow: true }\n    heater: { pin: GPIO17 }",
      ),
    ).toEqual([
      "13:50: board.outputs.b/heater.activeLow: expected PWM that is not active low where the " +
        "app's safe state is to let go: the pin then has 0 V, which is full on",
    ]);
    expect(await load("heater: { pin: GPIO18, as: pwm }")).toEqual([]);
    expect(await load("heater: { pin: GPIO18, activeLow: true }")).toEqual([]);
    accepted(
      await folder.load(
        pi("temperature: { pin: cpu }", "heater: { pin: GPIO18, as: pwm, activeLow: true }"),
      ),
    );
  });

  it("with a line for a node that is none, or with no line at all", async () => {
    const config = bridge("temperature: { pin: A0 }");
    const ports = config.replace("inputs:", "ports: { d: /dev/ttyUSB0 }\n  inputs:");
    expect(await problems(ports)).toEqual([
      '11:12: board.ports.d: expected the id of a node (did you mean "a"?)',
    ]);
    expect(await problems(config.replace("\n  port: /dev/ttyACM0", ""))).toEqual([
      "9:3: board.port: missing: expected a serial line, such as /dev/ttyACM0 or usb:2341:0043",
    ]);
  });

  it("with an output that every replica would drive at once", async () => {
    const config = pi("temperature: { pin: cpu }");
    expect(await problems(`${config}outputs: { heater: { right: voter } }\n`)).toEqual([
      "14:29: outputs.heater.right: expected `lease`, or the line to an output voter under `voter`",
    ]);
    accepted(await folder.load(`${config}outputs: { heater: { right: lease } }\n`));
    const voter = "voter: { port: /dev/ttyUSB0, outputs: { heater: { pin: D5 } } }\n";
    const unwired = config.replace(/ {2}outputs:\n.*\n/, "");
    accepted(await folder.load(`${unwired}outputs: { heater: { right: voter } }\n${voter}`));
  });

  it("not for a sensor of the machine's own, nor for pins of another Arduino", async () => {
    accepted(await folder.load(pi("temperature: { pin: iio:adc0 }")));
    const mega = bridge("temperature: { pin: A12 }", "heater: { pin: D42, as: pwm }");
    accepted(await folder.load(mega.replace("bridge", "firmata")));
    expect(await problems(mega)).not.toEqual([]);
  });
});
