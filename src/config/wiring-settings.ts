/** From the config's wiring to that of one node's board. */
import type { ChannelSpec, OutputSpec } from "../../boards/board.js";
import { pwmFrequencies } from "../../boards/bridge/uno-pins.js";
import {
  type BoardWiring,
  type InputWiring,
  lineThrough,
  type OutputWiring,
  type Scale,
  thresholdOf,
} from "../../boards/wired/wiring.js";
import { assert, unreachable } from "../kernel/assert.js";
import type { NodeId } from "../kernel/ids.js";
import { millis, seconds } from "../kernel/time.js";
import { factsOf, isAnalogAlone, type KnownPins, knownPins } from "./board-pins.js";
import type { InputSettings, OutputSettings, PinBoardSettings } from "./board-schema.js";

/** What a board must have; see src/host/board-specs.ts. */
export interface WiredSpecs {
  readonly channels: readonly ChannelSpec[];
  readonly outputs: readonly OutputSpec[];
}

/** @param board checked: what has no pin here has none in the file, and is left out */
export function wiringOf(board: PinBoardSettings, self: NodeId, specs: WiredSpecs): BoardWiring {
  const known = knownPins({
    kind: board.kind,
    chip: board.kind === "raspberry-pi" ? board.chip : undefined,
  });
  const inputs = specs.channels.flatMap(({ name }) => {
    const settings = board.inputs?.[`${self}/${name}`] ?? board.inputs?.[name];
    return settings === undefined ? [] : [[name, inputOf(known, settings)] as const];
  });
  const outputs = specs.outputs.flatMap((spec) => {
    const { name } = spec;
    const settings = board.outputs?.[`${self}/${name}`] ?? board.outputs?.[name];
    return settings === undefined ? [] : [[name, outputOf(board, known, spec, settings)] as const];
  });
  return { inputs: new Map(inputs), outputs: new Map(outputs) };
}

function inputOf(known: KnownPins, settings: InputSettings): InputWiring {
  const { pin, pull = "none", debounce = millis(0), activeLow = false } = settings;
  const scale = scaleOf(settings);
  const digital = { pin, pull, debounce, activeLow, ...scale };
  const window = settings.window ?? seconds(1);
  const kind = settings.as ?? (isAnalogAlone(known, pin) ? "analog" : "level");
  switch (kind) {
    case "analog":
      return { kind, pin, valid: settings.valid ?? null, ...scale };
    case "level":
      return { kind, ...digital };
    case "count":
      return { kind, counted: settings.edge ?? "rising", ...digital };
    case "frequency":
    case "duty":
    case "pulse-width":
      return { kind, window, ...digital };
    default:
      return unreachable(kind);
  }
}

function scaleOf({ points, scale = 1, offset = 0 }: InputSettings): Scale {
  const [one, other] = points ?? [];
  if (one === undefined || other === undefined) return { scale, offset };
  const line = lineThrough(one, other);
  assert(line !== null, "two points with one raw value were accepted");
  return line;
}

/** In hertz, where the config has none: quiet enough for a heater or a lamp. */
const frequencyByDefault = 1_000;

/** Of most timers of an Arduino with its own firmware, at 16 MHz. */
const timerByDefault = 490;

function outputOf(
  { kind }: PinBoardSettings,
  known: KnownPins,
  spec: OutputSpec,
  settings: OutputSettings,
): OutputWiring {
  const { pin, activeLow = false } = settings;
  if (settings.as !== "pwm") {
    const threshold = settings.threshold ?? thresholdOf(spec);
    return { kind: "digital", pin, activeLow, threshold };
  }
  const own = kind === "raspberry-pi" ? frequencyByDefault : timerFrequency(known, pin);
  return { kind: "pwm", pin, activeLow, frequency: settings.frequency ?? own };
}

/** The timers of a microcontroller run at a rate of their own; in hertz. */
function timerFrequency(known: KnownPins, pin: string): number {
  const name = factsOf(known, pin)?.name ?? pin;
  return pwmFrequencies.get(Number(name.slice(1))) ?? timerByDefault;
}
