/** One microcontroller of the thread: obeys what comes from outside, and tells what it does. */
import { assert, unreachable } from "../../src/kernel/assert.js";
import type { Duration } from "../../src/kernel/time.js";
import { atmega328p } from "./atmega328p.js";
import { atmega2560 } from "./atmega2560.js";
import { Microcontroller } from "./microcontroller.js";
import type { PinProbe } from "./pin-probe.js";
import type {
  FromThread,
  MicrocontrollerAction,
  MicrocontrollerSpec,
  PinView,
  ToThread,
} from "./thread-messages.js";
import type { UartLine } from "./uart-line.js";

const parts = { ATmega328P: atmega328p, ATmega2560: atmega2560 } as const;

export class DeviceInThread {
  readonly microcontroller: Microcontroller;
  readonly #place: number;
  readonly #tell: (message: FromThread) => void;
  readonly #probes: readonly (readonly [string, PinProbe])[];
  /** What was heard on each line since the last step. */
  readonly #heard: number[][];

  constructor(spec: MicrocontrollerSpec, place: number, tell: (message: FromThread) => void) {
    const { part, watched, name: _, ...options } = spec;
    this.microcontroller = new Microcontroller({ ...options, part: parts[part] });
    this.#place = place;
    this.#tell = tell;
    this.#probes = watched.map((pin) => [pin, this.microcontroller.probe(pin)]);
    this.#heard = this.microcontroller.lines.map(() => []);
    for (const index of this.#heard.keys()) this.#listen(index);
  }

  obey(message: Exclude<ToThread, { kind: "stop" }>): void {
    switch (message.kind) {
      case "act":
        this.#act(message.action);
        break;
      case "volts":
        this.microcontroller.setVolts(message.pin, message.volts);
        break;
      case "level":
        this.microcontroller.setLevel(message.pin, message.level);
        break;
      case "send":
        this.#send(message.line, message.bytes);
        break;
      case "plug":
        this.#plug(message.line, message.plugged);
        break;
      case "spoil":
        this.#line(message.line).planFault(message.direction, message.fault);
        break;
      case "baud":
        this.#line(message.line).setBaud(message.baud);
        break;
      default:
        unreachable(message);
    }
  }

  tellHeard(): void {
    for (const [line, bytes] of this.#heard.entries()) {
      if (bytes.length === 0) continue;
      const device = this.#place;
      this.#tell({ kind: "heard", device, line, bytes: Uint8Array.from(bytes.splice(0)) });
    }
  }

  tellView(leftOut: Duration): void {
    const { state: power, starts } = this.microcontroller;
    const pins = new Map<string, PinView>(
      this.#probes.map(([pin, probe]) => [pin, { drive: probe.drive, duty: probe.takeDuty() }]),
    );
    for (const [, probe] of this.#probes) probe.takeChanges();
    const state = {
      ...{ power, at: this.microcontroller.now(), starts: starts.length },
      ...{ start: starts.at(-1) ?? null, pins, leftOut },
    };
    this.#tell({ kind: "state", device: this.#place, state });
  }

  #listen(index: number): void {
    this.#line(index).listen({
      onByte: (byte) => this.#heard[index]?.push(byte),
      onUnplugged: () => {},
    });
  }

  #plug(index: number, plugged: boolean): void {
    const line = this.#line(index);
    if (!plugged) line.unplug();
    else if (!line.plugged) {
      line.plug();
      this.#listen(index);
    }
  }

  #send(line: number, bytes: Uint8Array): void {
    const device = this.#place;
    this.#line(line).send(bytes, () => this.#tell({ kind: "sent", device, line }));
  }

  #act(action: MicrocontrollerAction): void {
    const { microcontroller } = this;
    switch (action) {
      case "reset":
        microcontroller.reset();
        break;
      case "power-off":
        microcontroller.powerOff();
        break;
      case "power-on":
        microcontroller.powerOn();
        break;
      case "stop-clock":
        microcontroller.stopClock();
        break;
      case "start-clock":
        microcontroller.startClock();
        break;
      case "hang":
        microcontroller.hang();
        break;
      default:
        unreachable(action);
    }
  }

  #line(index: number): UartLine {
    const line = this.microcontroller.lines[index];
    assert(line !== undefined, `no UART ${index}`);
    return line;
  }
}
