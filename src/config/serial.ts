/**
 * What the schema cannot see in the serial lines: whether their nodes exist, and whether a port or
 * two nodes are on more than one of them.
 */
import { type SerialLine, usualBaudRates } from "../host/serial/serial-lines.js";
import { nodeId } from "../kernel/ids.js";
import type { Layers } from "./layers.js";
import type { KeyPath, Problem } from "./problem.js";
import { nodeIdsIn } from "./replicas.js";
import type { FileContent } from "./schema.js";
import { suggestion } from "./suggest.js";

interface Found {
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
}

interface ListedLine {
  readonly path: KeyPath;
  readonly name: string;
  readonly baudRate: unknown;
  readonly ports: readonly (readonly [node: string, port: unknown])[];
}

export function checkSerial(layers: Layers): Found {
  const lines = linesIn(layers);
  const nodes = nodeIdsIn(layers);
  const problems = [
    ...lines.flatMap((line) => [...fewEnds(layers, line), ...strangers(layers, line, nodes)]),
    ...doubles(layers, lines, portsOf, "each port of a node once"),
    ...doubles(layers, lines, pairsOf, "each two nodes on one line"),
    ...doubles(layers, lines, namesOf, "each name once"),
  ];
  if (problems.length > 0 || lines.length === 0) return { problems, warnings: [] };
  const warnings = [
    ...lines.flatMap((line) => unusualRate(layers, line)),
    ...unjoined(layers, lines, nodes),
  ];
  return { problems, warnings };
}

/** @param content checked */
export function serialOf({ serial = [] }: FileContent): readonly SerialLine[] {
  return serial.map(({ name, baudRate, ports }) => {
    const ends = Object.entries(ports).map(([node, port]) => [nodeId(node), port] as const);
    return { name: name ?? nameOf(Object.keys(ports)), baudRate, ports: new Map(ends) };
  });
}

const nameOf = (nodes: readonly string[]): string => nodes.join("-");

/** Lines that can be read; what is wrong with the others the schema says. */
function linesIn(layers: Layers): readonly ListedLine[] {
  const list = layers.get(["serial"]);
  if (!Array.isArray(list)) return [];
  return [...list.keys()].flatMap((index) => {
    const path = ["serial", index];
    const ports = layers.get([...path, "ports"]);
    if (typeof ports !== "object" || ports === null || Array.isArray(ports)) return [];
    const name = layers.get([...path, "name"]);
    const entries = Object.entries(ports);
    const named = typeof name === "string" ? name : nameOf(Object.keys(ports));
    return [{ path, name: named, baudRate: layers.get([...path, "baudRate"]), ports: entries }];
  });
}

function fewEnds(layers: Layers, { path, ports }: ListedLine): readonly Problem[] {
  if (ports.length >= 2) return [];
  const message = "expected the ports of two nodes, or of more that share the line";
  return [layers.problem([...path, "ports"], message)];
}

function strangers(
  layers: Layers,
  { path, ports }: ListedLine,
  nodes: readonly string[],
): readonly Problem[] {
  return ports
    .filter(([node]) => !nodes.includes(node))
    .map(([node]) => {
      const found = `got ${JSON.stringify(node)}${suggestion(node, nodes)}`;
      return layers.problem([...path, "ports", node], `expected the id of a node, ${found}`, "key");
    });
}

interface Unique {
  readonly path: KeyPath;
  readonly id: string;
}

const portsOf = ({ path, ports }: ListedLine): readonly Unique[] =>
  ports.map(([node, port]) => ({ path: [...path, "ports", node], id: `${port} of ${node}` }));

const pairsOf = ({ path, ports }: ListedLine): readonly Unique[] => {
  const nodes = ports.map(([node]) => node).sort();
  return nodes.flatMap((one, index) =>
    nodes.slice(index + 1).map((other) => ({
      path: [...path, "ports", other],
      id: `${one} and ${other}`,
    })),
  );
};

const namesOf = ({ path, name }: ListedLine): readonly Unique[] => [{ path, id: name }];

function doubles(
  layers: Layers,
  lines: readonly ListedLine[],
  of: (line: ListedLine) => readonly Unique[],
  expected: string,
): readonly Problem[] {
  const first = new Map<string, KeyPath>();
  const problems: Problem[] = [];
  for (const { path, id } of lines.flatMap(of)) {
    const before = first.get(id);
    if (before === undefined) first.set(id, path);
    else problems.push(layers.problem(path, `expected ${expected}: ${id} ${at(layers, before)}`));
  }
  return problems;
}

function at(layers: Layers, path: KeyPath): string {
  const origin = layers.originOf(path);
  return origin.kind === "file" ? `already in line ${origin.line}` : "already";
}

function unusualRate(layers: Layers, { path, baudRate }: ListedLine): readonly Problem[] {
  if (typeof baudRate !== "number" || usualBaudRates.includes(baudRate)) return [];
  const byDistance = (rate: number): number => Math.abs(Math.log(rate / baudRate));
  const [near = 0] = [...usualBaudRates].sort((one, two) => byDistance(one) - byDistance(two));
  const message = `${baudRate} is no usual rate: not every port does it; the next is ${near}`;
  return [layers.problem([...path, "baudRate"], message)];
}

/** No error: a line between some is better than none. */
function unjoined(
  layers: Layers,
  lines: readonly ListedLine[],
  nodes: readonly string[],
): readonly Problem[] {
  const joined = new Set(lines.flatMap(pairsOf).map(({ id }) => id));
  const sorted = [...nodes].sort();
  const lacking = sorted.flatMap((one, index) =>
    sorted
      .slice(index + 1)
      .map((other) => `${one} and ${other}`)
      .filter((pair) => !joined.has(pair)),
  );
  if (lacking.length === 0) return [];
  const message = `no line between ${lacking.join(", ")}: these have no second path by serial`;
  return [layers.problem(["serial"], message, "key")];
}
