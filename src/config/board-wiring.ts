/**
 * Whether the wiring of a board fits: every channel and output has a pin, every pin is one that the
 * board has and that is able, none is used twice on one node, and volts are in range.
 *
 * What is misshapen is refused by the schema, and passed over here.
 */
import type { PinUse } from "../../boards/pin-board.js";
import { boardKinds } from "./board-kinds.js";
import { factsOf, isAnalogAlone, type KnownPins, knownPins } from "./board-pins.js";
import type { Layers } from "./layers.js";
import type { KeyPath, Problem } from "./problem.js";
import { suggestion } from "./suggest.js";

/** What needs a pin: `<node>/<name>`. */
interface Need {
  readonly node: string;
  readonly name: string;
}

type Side = "inputs" | "outputs";

export interface WiringNeeds {
  /** Channels of the boards, in any order; each once. */
  readonly inputs: readonly Need[];
  readonly outputs: readonly Need[];
  readonly nodes: readonly string[];
  /** Outputs of which the app says that it is safe to let go. */
  readonly letGo: readonly string[];
}

/** A pin of the wiring, with where it stands and what it is to be. */
interface Wire {
  readonly path: KeyPath;
  readonly pin: string;
  readonly use: PinUse;
}

/** Call it when the channels are settled. */
export function checkWiring(layers: Layers, needs: WiringNeeds): readonly Problem[] {
  const kind = pinKindOf(layers);
  if (kind === null) return [];
  const known = knownPins({ kind, chip: layers.get(["board", "chip"]) });
  return [
    ...unknownKeys(layers, "inputs", needs.inputs, "a channel"),
    ...unknownKeys(layers, "outputs", needs.outputs, "an output of the app"),
    ...unwired(layers, "inputs", needs.inputs),
    ...unwired(layers, "outputs", needs.outputs),
    ...wiresIn(layers, known).flatMap((wire) => checkPin(layers, known, wire)),
    ...doubles(layers, known, needs),
    ...unknownPorts(layers, needs.nodes),
    ...unvoted(layers, needs.outputs),
    ...(kind === "raspberry-pi" ? unsafePwm(layers, known, needs) : []),
  ];
}

function pinKindOf(layers: Layers): "raspberry-pi" | "bridge" | "firmata" | null {
  const kind = boardKinds.find((one) => one === layers.get(["board", "kind"]));
  return kind === undefined || kind === "mock" || kind === "recorded" ? null : kind;
}

function keysIn(layers: Layers, path: KeyPath): readonly string[] {
  const value = layers.get(path);
  return typeof value === "object" && value !== null ? Object.keys(value) : [];
}

function unknownKeys(
  layers: Layers,
  side: Side,
  needs: readonly Need[],
  what: string,
): readonly Problem[] {
  const short = [...new Set(needs.map(({ name }) => name))];
  const known = [...short, ...needs.map(({ node, name }) => `${node}/${name}`)];
  const unknown = keysIn(layers, ["board", side]).filter((key) => !known.includes(key));
  return unknown.map((key) => {
    const hint = suggestion(key, key.includes("/") ? known : short);
    const path = ["board", side, key];
    return layers.problem(
      path,
      `expected the name of ${what}, as it is or after its node${hint}`,
      "key",
    );
  });
}

/** The key of the wiring that holds for this one: its own, or that for every node. */
function keyFor(layers: Layers, side: Side, { node, name }: Need): string | null {
  const keys = keysIn(layers, ["board", side]);
  return [`${node}/${name}`, name].find((key) => keys.includes(key)) ?? null;
}

/** One problem for a name that is missing at several nodes. */
function unwired(layers: Layers, side: Side, needs: readonly Need[]): readonly Problem[] {
  const nodesOf = new Map<string, string[]>();
  for (const need of needs) {
    if (keyFor(layers, side, need) !== null) continue;
    nodesOf.set(need.name, [...(nodesOf.get(need.name) ?? []), need.node]);
  }
  return [...nodesOf].map(([name, nodes]) => {
    const message = `missing: expected \`${name}: { pin: ... }\`, for ${nodes.join(", ")}`;
    return layers.problem(["board", side, name], message);
  });
}

function wiresIn(layers: Layers, known: KnownPins): readonly Wire[] {
  return (["inputs", "outputs"] as const).flatMap((side) =>
    keysIn(layers, ["board", side]).flatMap((key) => wireAt(layers, known, side, key) ?? []),
  );
}

function wireAt(layers: Layers, known: KnownPins, side: Side, key: string): Wire | null {
  const path = ["board", side, key];
  const pin = layers.get([...path, "pin"]);
  if (typeof pin !== "string" || pin.trim() === "") return null;
  const as = layers.get([...path, "as"]);
  if (side === "outputs") return { path, pin, use: as === "pwm" ? "pwm" : "output" };
  const analog = as === undefined ? isAnalogAlone(known, pin) : as === "analog";
  return { path, pin, use: analog ? "analog" : "input" };
}

function checkPin(layers: Layers, known: KnownPins, wire: Wire): readonly Problem[] {
  const { path, pin, use } = wire;
  const facts = factsOf(known, pin);
  const uses = facts?.uses ?? known.usesOfOther(pin);
  const at = [...path, "pin"];
  if (uses.length === 0) {
    const hint = suggestion(
      pin,
      known.pins.map(({ name }) => name),
    );
    return [layers.problem(at, `expected a pin of ${known.owner}, got ${pin}${hint}`)];
  }
  if (uses.includes(use)) return checkVolts(layers, known, wire);
  return [layers.problem(at, `expected ${pinFor(known, use)}; ${pin} is for ${uses.join(", ")}`)];
}

function pinFor({ pins }: KnownPins, use: PinUse): string {
  const able = pins.filter(({ uses }) => uses.includes(use)).map(({ name }) => name);
  const some = able.length > 0 && able.length <= 8 ? ` (${able.join(", ")})` : "";
  return `a pin that can be used for ${use}${some}`;
}

/** The numbers of a wiring that are in the pin's unit. */
function checkVolts(layers: Layers, known: KnownPins, wire: Wire): readonly Problem[] {
  const analog = wire.use === "analog" ? (factsOf(known, wire.pin)?.analog ?? null) : null;
  const points = [0, 1].map((index) => [...wire.path, "points", index, "raw"]);
  const raws = points.map((path) => layers.get(path));
  const problems: Problem[] = [];
  if (raws[0] !== undefined && raws[0] === raws[1]) {
    const text = "expected two points that differ in raw: there is no line through these";
    problems.push(layers.problem([...wire.path, "points"], text));
  }
  if (raws[0] !== undefined) problems.push(...besidesPoints(layers, wire));
  problems.push(...emptyValid(layers, wire));
  if (analog === null) return problems;
  const ends = ["min", "max"].map((end) => [...wire.path, "valid", end]);
  for (const path of [...points, ...ends]) {
    const value = layers.get(path);
    if (typeof value !== "number" || (value >= analog.min && value <= analog.max)) continue;
    const range = `from ${analog.min} to ${analog.max} ${analog.unit}`;
    const text = `expected what ${wire.pin} can have, ${range}, got ${value}`;
    problems.push(layers.problem(path, text));
  }
  return problems;
}

const besidesPoints = (layers: Layers, { path }: Wire): readonly Problem[] =>
  ["scale", "offset"]
    .filter((key) => layers.get([...path, key]) !== undefined)
    .map((key) => layers.problem([...path, key], `expected points, or scale and offset, not both`));

function emptyValid(layers: Layers, { path }: Wire): readonly Problem[] {
  const [min, max] = ["min", "max"].map((end) => layers.get([...path, "valid", end]));
  if (typeof min !== "number" || typeof max !== "number" || min < max) return [];
  return [layers.problem([...path, "valid"], `expected min below max, got ${min} and ${max}`)];
}

/** On each node, the pins that stand for two. */
function doubles(layers: Layers, known: KnownPins, needs: WiringNeeds): readonly Problem[] {
  const problems = new Map<string, Problem>();
  for (const node of needs.nodes) {
    const first = new Map<string, Wire>();
    for (const wire of wiresOf(layers, known, needs, node)) {
      const pin = factsOf(known, wire.pin)?.name ?? wire.pin.toLowerCase();
      const other = first.get(pin);
      const key = wire.path.join(".");
      if (other === undefined) first.set(pin, wire);
      else if (!problems.has(key)) problems.set(key, doubled(layers, wire, other));
    }
  }
  return [...problems.values()];
}

function wiresOf(
  layers: Layers,
  known: KnownPins,
  needs: WiringNeeds,
  node: string,
): readonly Wire[] {
  return (["inputs", "outputs"] as const).flatMap((side) =>
    needs[side]
      .filter((need) => need.node === node)
      .flatMap((need) => {
        const key = keyFor(layers, side, need);
        return key === null ? [] : (wireAt(layers, known, side, key) ?? []);
      }),
  );
}

function doubled(layers: Layers, wire: Wire, other: Wire): Problem {
  const path = [...wire.path, "pin"];
  const origin = layers.originOf([...other.path, "pin"]);
  const where = origin.kind === "file" ? `line ${origin.line}` : other.path.join(".");
  return layers.problem(path, `expected each pin once, and ${where} has ${wire.pin} already`);
}

function unknownPorts(layers: Layers, nodes: readonly string[]): readonly Problem[] {
  const unknown = keysIn(layers, ["board", "ports"]).filter((key) => !nodes.includes(key));
  return unknown.map((key) => {
    const text = `expected the id of a node${suggestion(key, nodes)}`;
    return layers.problem(["board", "ports", key], text, "key");
  });
}

/**
 * Without a lease every replica drives its own pin at once. That is right behind an output voter
 * alone, and a board of pins is none.
 */
function unvoted(layers: Layers, outputs: readonly Need[]): readonly Problem[] {
  const names = [...new Set(outputs.map(({ name }) => name))];
  const voted = names.filter((name) => layers.get(["outputs", name, "right"]) === "voter");
  const text = "expected `lease`, or the line to an output voter under `voter`";
  return voted.map((name) => layers.problem(["outputs", name, "right"], text));
}

/** What hardware PWM cannot keep (boards/raspberry-pi/pwm): when it is off, the pin has 0 V. */
function unsafePwm(layers: Layers, known: KnownPins, needs: WiringNeeds): readonly Problem[] {
  const mustGuard = layers.get(["board", "guard"]) === true;
  return keysIn(layers, ["board", "outputs"]).flatMap((key) => {
    const wire = wireAt(layers, known, "outputs", key);
    if (wire?.use !== "pwm") return [];
    const problems: Problem[] = [];
    if (mustGuard) {
      const text = "expected no PWM beside `guard: true`: a guard stands by digital outputs alone";
      problems.push(layers.problem([...wire.path, "as"], text));
    }
    const isLetGo = needs.letGo.includes(key.slice(key.indexOf("/") + 1));
    if (isLetGo && layers.get([...wire.path, "activeLow"]) === true) {
      const text =
        "expected PWM that is not active low where the app's safe state is to let go: the pin " +
        "then has 0 V, which is full on";
      problems.push(layers.problem([...wire.path, "activeLow"], text));
    }
    return problems;
  });
}
