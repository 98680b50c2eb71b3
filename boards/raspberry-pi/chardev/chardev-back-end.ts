/** The lines of one chip by the GPIO character device, version 2 of its interface. */
import { constants } from "node:os";
import type { MachineView } from "../../../src/host/doctor/machine-view.js";
import type { LoopTimer } from "../../../src/host/wake-timer.js";
import type { Instant } from "../../../src/kernel/time.js";
import type {
  InputLine,
  InputRequest,
  Level,
  Opened,
  OutputLine,
  OutputRequest,
  PinRefusal,
} from "../../pin-board.js";
import type { GpioBackEnd, LinePlace } from "../back-end.js";
import { errorName, noPermission, refused } from "../refusals.js";
import { TimedOutput } from "../timed-output.js";
import type { Troubles } from "../troubles.js";
import { ChardevDriver } from "./chardev-driver.js";
import { ChardevInput } from "./chardev-input.js";
import { debounceMax, flags, type LineConfig } from "./gpio-abi.js";
import type { GpioCalls } from "./gpio-calls.js";
import { consumer, type GpioChip } from "./gpio-chip.js";

export interface ChardevParts {
  readonly calls: GpioCalls;
  readonly chip: GpioChip;
  readonly view: MachineView;
  readonly troubles: Troubles;
  readonly timer: (wake: () => void) => LoopTimer;
  /** Told of the files of outputs, for whoever guards them. */
  readonly outputs: OutputWatcher | null;
  readonly guards: LineGuards;
}

/** Processes that hold lines of ours, or of one that was killed before us. */
export interface LineGuards {
  /** Asks for a line; true where somebody will let go of it. */
  ask(label: string, offset: number): boolean;
  /** Holds this thread up for so many milliseconds. */
  pause(milliseconds: number): void;
}

export interface OutputWatcher {
  opened(file: number, place: LinePlace, request: OutputRequest): void;
  closed(file: number): void;
  /** Is it one that was closed, and that a guard may still have for a moment? */
  hasDropped(offset: number): boolean;
}

/** How long a guard may take to let go of a line, and how often that is looked at. */
const guardWaitMax = 500;
const guardLook = 5;

const { EBUSY, EACCES, EPERM, EINVAL, ENXIO } = constants.errno;

export class ChardevBackEnd implements GpioBackEnd {
  readonly kind = "chardev";
  readonly #parts: ChardevParts;

  constructor(parts: ChardevParts) {
    this.#parts = parts;
  }

  openInput(
    now: Instant,
    place: LinePlace,
    request: InputRequest,
    onClose: () => void,
  ): Opened<InputLine> {
    if (request.debounce > debounceMax) {
      return refused("not-able", `${place.pin} debounces for 4294 s at most`);
    }
    const config = { flags: inputFlags(request), value: null, debounce: request.debounce };
    const opened = this.#request(place, config);
    if (!opened.ok) return opened;
    const file = opened.line;
    const { calls, troubles } = this.#parts;
    const errno = request.edges ? calls.neverWait(file) : 0;
    if (errno !== 0) {
      calls.close(file);
      return refused("system-error", `${place.pin}: no edges without waiting: ${errorName(errno)}`);
    }
    const { pin } = place;
    const { edges } = request;
    const line = new ChardevInput({ pin, file, calls, troubles, edges, now, onClose });
    return { ok: true, line };
  }

  openOutput(
    _now: Instant,
    place: LinePlace,
    request: OutputRequest,
    onClose: () => void,
  ): Opened<OutputLine> {
    const first = firstState(request);
    const polarity = request.activeLow ? flags.activeLow : 0;
    const direction = { drive: flags.output, input: flags.input, leave: 0 }[first.kind];
    const value = first.kind === "drive" ? first.value : null;
    const opened = this.#request(place, { flags: direction | polarity, value, debounce: 0 });
    if (!opened.ok) return opened;
    const file = opened.line;
    const { calls, chip, troubles, timer, outputs } = this.#parts;
    const isOutput = ((chip.lineInfo(place.offset)?.flags ?? 0) & flags.output) !== 0;
    const driver = new ChardevDriver({ calls, file, activeLow: request.activeLow, isOutput });
    outputs?.opened(file, place, request);
    const line = new TimedOutput({
      ...{ pin: place.pin, safe: request.safe, takes: "levels", driver, troubles, timer },
      onClose: () => {
        outputs?.closed(file);
        onClose();
      },
    });
    return { ok: true, line };
  }

  close(): void {
    this.#parts.chip.close();
  }

  #request(place: LinePlace, config: LineConfig): Opened<number> {
    const { chip } = this.#parts;
    let answer = chip.request(place.offset, config);
    if (!answer.ok && answer.errno === EBUSY && this.#isGuarded(place.offset)) {
      for (let waited = 0; waited < guardWaitMax && !answer.ok; waited += guardLook) {
        this.#parts.guards.pause(guardLook);
        answer = chip.request(place.offset, config);
      }
    }
    return answer.ok ? { ok: true, line: answer.file } : this.#refusal(place, answer.errno);
  }

  #isGuarded(offset: number): boolean {
    const { chip, guards, outputs } = this.#parts;
    if (chip.lineInfo(offset)?.consumer !== consumer) return false;
    return guards.ask(chip.info.label, offset) || (outputs?.hasDropped(offset) ?? false);
  }

  #refusal({ pin, offset }: LinePlace, errno: number): PinRefusal {
    const { chip, view } = this.#parts;
    if (errno === EBUSY) {
      const user = chip.lineInfo(offset)?.consumer ?? "";
      const who = user === "" ? "somebody who gave no name" : `"${user}"`;
      const look = `\`gpioinfo ${chip.info.name}\` shows it`;
      return refused("in-use", `${pin} is in use by ${who}: end that program first (${look})`);
    }
    if (errno === EACCES || errno === EPERM) {
      return noPermission(view, chip.path, `${pin} is wanted`);
    }
    const where = `${pin}, line ${offset} of ${chip.info.label}`;
    if (errno === ENXIO) {
      const why = "the chip has no interrupt for it: open it without edges";
      return refused("not-supported", `${where}: ${why}`);
    }
    if (errno === EINVAL) {
      const why = "the driver does not take this request (pull, debounce or edges)";
      return refused("not-supported", `${where}: ${why}`);
    }
    return refused("system-error", `${where}: the kernel refused it (${errorName(errno)})`);
  }
}

function inputFlags({ pull, activeLow, edges }: InputRequest): number {
  const bias = { none: flags.noPull, up: flags.pullUp, down: flags.pullDown }[pull];
  const both = edges ? flags.edgeRising | flags.edgeFalling : 0;
  return flags.input | bias | both | (activeLow ? flags.activeLow : 0);
}

type FirstState =
  | { readonly kind: "drive"; readonly value: Level }
  | { readonly kind: "input" }
  | { readonly kind: "leave" };

/** A line that holds is taken as it is: what a predecessor left on it stays, without a glitch. */
function firstState({ initial, safe }: OutputRequest): FirstState {
  if (initial !== "safe") return { kind: "drive", value: levelOf(initial) };
  if (safe.kind === "value") return { kind: "drive", value: levelOf(safe.value) };
  return { kind: safe.kind === "input" ? "input" : "leave" };
}

const levelOf = (value: number): Level => (value === 1 ? 1 : 0);
