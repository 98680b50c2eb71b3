/** SERIAL-12: the serial lines of a config. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { loadConfig } from "../../src/config/load.js";
import { serialInWords, serialReport } from "../../src/config/serial-words.js";
import { nodeId } from "../../src/kernel/ids.js";
import { isBuilt } from "../host/support/built.js";
import { accepted, ConfigFolder, problemLines, soundConfig } from "./support/folder.js";

let folder: ConfigFolder;
beforeEach(async () => {
  folder = await ConfigFolder.make();
});
afterEach(() => folder.remove());

const byId = "/dev/serial/by-id/usb-FTDI_A50285BI-if00-port0";

/** Lines of the list; the first stands in line 10. */
const withLines = (...lines: readonly string[]): string =>
  `${soundConfig}serial:\n${lines.map((line) => `  - ${line}\n`).join("")}`;

const triangle = [
  `{ baudRate: 115200, ports: { a: ${byId}, b: /dev/ttyAMA0 } }`,
  "{ baudRate: 115200, ports: { b: /dev/ttyAMA2, c: /dev/ttyAMA0 } }",
  "{ name: long, baudRate: 115200, ports: { a: /dev/ttyAMA2, c: 'usb:0403:6001:A50285BI' } }",
];

describe("SERIAL-12: serial lines in the config", () => {
  it("are a path beside UDP, each with its ends and a name", async () => {
    const { settings, warnings } = accepted(await folder.load(withLines(...triangle)));
    expect(warnings).toEqual([]);
    expect(settings.serial.map(({ name }) => name)).toEqual(["a-b", "b-c", "long"]);
    expect(settings.serial[0]?.ports.get(nodeId("a"))).toBe(byId);
    expect(settings.cluster.paths.map(({ name }) => name)).toEqual(["udp", "serial"]);
  });

  it("come after a second network, and are no path where there are none", async () => {
    const second = (config: string): string =>
      config.replace(/(- \{ id: (.), address: .*) \}/g, '$1, secondAddress: "$2.two:7400" }');
    const both = accepted(await folder.load(second(withLines(...triangle))));
    expect(both.settings.cluster.paths.map(({ name }) => name)).toEqual(["udp", "udp2", "serial"]);
    for (const config of [soundConfig, `${soundConfig}serial: []\n`]) {
      const { settings } = accepted(await folder.load(config));
      expect(settings.cluster.paths.map(({ name }) => name)).toEqual(["udp"]);
      expect(serialReport(settings)).toBe(null);
    }
  });

  it("may be one bus of all", async () => {
    const bus = "{ baudRate: 500000, ports: { a: /dev/ttyS1, b: /dev/ttyS1, c: /dev/ttyS1 } }";
    const { settings, warnings } = accepted(await folder.load(withLines(bus)));
    expect(warnings).toEqual([]);
    expect(serialReport(settings)?.lines).toMatchObject([
      { line: "a-b-c", bytesPerSecond: 500_000 / 10 / 3 },
    ]);
  });

  it.each([
    ["{ baudRate: fast, ports: { a: /dev/x, b: /dev/x } }", "10:17: serial[0].baudRate: expected"],
    ["{ baudRate: 9600.5, ports: { a: /dev/x, b: /dev/x } }", "10:17: serial[0].baudRate: expe"],
    ["{ baudRate: 0, ports: { a: /dev/x, b: /dev/x } }", "10:17: serial[0].baudRate: expected a"],
    ["{ ports: { a: /dev/x, b: /dev/x } }", "serial[0].baudRate: missing: expected a whole"],
    ["{ baudRate: 9600, ports: { a: /dev/x } }", "serial[0].ports: expected the ports of two"],
    ["{ baudRate: 9600, ports: {} }", "serial[0].ports: expected the ports of two nodes"],
    ["{ baudRate: 9600, ports: { a: /dev/x, d: /dev/x } }", 'the id of a node, got "d"'],
    ["{ baudRate: 9600, ports: { a: COM1, b: /dev/x } }", "10:35: serial[0].ports.a: expected a d"],
    ["{ baudRate: 9600, ports: { a: 7, b: /dev/x } }", "10:35: serial[0].ports.a: expected a dev"],
    ["{ baudRate: 9600, ports: { a: 'usb:1a86', b: /dev/x } }", "serial[0].ports.a: expected a"],
    ["{ baudRate: 9600, ports: /dev/x }", "serial[0].ports: expected a mapping of names"],
    ["{ baudRate: 9600, port: { a: /dev/x } }", "serial[0].port: "],
    ["{ name: 'a b', baudRate: 9600, ports: { a: /dev/x, b: /dev/x } }", "serial[0].name: expe"],
  ])("refuses %s", async (line, expected) => {
    expect(problemLines(await folder.load(withLines(line))).join("\n")).toContain(expected);
  });

  it("refuses what is no list", async () => {
    const lines = problemLines(await folder.load(`${soundConfig}serial: { baudRate: 9600 }\n`));
    expect(lines.join("\n")).toContain("serial: expected a list of lines");
  });

  it("refuses a port, two nodes or a name on two lines, and says where the first is", async () => {
    const port = withLines(
      "{ baudRate: 9600, ports: { a: /dev/x, b: /dev/x } }",
      "{ baudRate: 9600, ports: { a: /dev/x, c: /dev/x } }",
    );
    expect(problemLines(await folder.load(port))).toEqual([
      "holdfast.yaml:11:35: serial[1].ports.a: expected each port of a node once: " +
        "/dev/x of a already in line 10",
    ]);
    const pair = withLines(
      "{ name: one, baudRate: 9600, ports: { a: /dev/x, b: /dev/x } }",
      "{ name: one, baudRate: 9600, ports: { b: /dev/y, a: /dev/y } }",
    );
    const problems = problemLines(await folder.load(pair)).join("\n");
    expect(problems).toContain("expected each two nodes on one line: a and b already in line 10");
    expect(problems).toContain("serial[1].name: expected each name once: one already in line 10");
  });

  it("warns of a rate that few ports do, and of nodes without a line", async () => {
    const line = "{ baudRate: 11520, ports: { a: /dev/x, b: /dev/x } }";
    const { warnings } = accepted(await folder.load(withLines(line)));
    expect(warnings.map(({ message }) => message)).toEqual([
      "no line between a and c, b and c: these have no second path by serial",
      "11520 is no usual rate: not every port does it; the next is 9600",
    ]);
  });
});

describe.skipIf(!isBuilt(["examples/boiler/app.js"]))("the example with a triangle", () => {
  it("is sound, joins all, and holds nothing back", async () => {
    const load = await loadConfig("examples/serial/holdfast.yaml", { env: {} });
    const { settings, warnings } = accepted(load);
    expect(warnings).toEqual([]);
    expect(settings.serial).toHaveLength(3);
    const { lines } = serialReport(settings) ?? { lines: [] };
    expect(lines.flatMap(({ classes }) => classes).every(({ goes }) => goes)).toBe(true);
  });
});

describe("SERIAL-10: what `config check` says of serial lines", () => {
  async function wordsOf(baudRate: number, heartbeat = "50ms"): Promise<string> {
    const lines = triangle.map((line) => line.replace("115200", String(baudRate)));
    const config = `${withLines(...lines)}timing: { heartbeat: ${heartbeat} }\n`;
    const report = serialReport(accepted(await folder.load(config)).settings);
    return report === null ? "" : serialInWords(report).join("\n");
  }

  it("at a rate that fits: the shares, all alike lines together", async () => {
    const words = await wordsOf(230_400);
    expect(words).toMatch(/^a-b, b-c, long \(230400 baud, 23040 bytes a second each way\): heart/m);
    expect(words).toMatch(/heartbeats \d+ %, samples \d+ %, replication \d+ %/);
    expect(words).not.toContain("HELD BACK");
    expect(words).not.toContain("full");
  });

  it("at one that does not: what is held back, and what that means", async () => {
    const words = await wordsOf(19_200);
    expect(words).toMatch(/HELD BACK: \w+ \(\d+ % more; regular traffic gets at most 80 %\)/);
    expect(words).toContain("Where the line is the only path left,");
    expect(words).toContain("A higher baudRate");
  });

  it("at 115200 all goes", async () => {
    const words = await wordsOf(115_200);
    expect(words).toMatch(/heartbeats \d+ %, samples \d+ %, replication \d+ %/);
    expect(words).not.toContain("HELD BACK");
  });

  it("with a heartbeat of 20 ms there is no room for the log, and nobody would drive", async () => {
    const words = await wordsOf(115_200, "20ms");
    expect(words).toMatch(/HELD BACK: replication \(\d+ % more/);
    expect(words).toContain("nobody may drive");
  });
});
