/**
 * A bridge board on the real firmware, in a simulated ATmega328P in virtual time: the bytes go over
 * its UART at 115,200 baud.
 */
import { readFileSync } from "node:fs";
import type { BridgeBoard } from "../../../../boards/bridge/bridge-board.js";
import type { BridgeEvent } from "../../../../boards/bridge/events.js";
import { payloadBytesMax } from "../../../../boards/bridge/frames.js";
import { makeBridge } from "../../../../boards/bridge/make-bridge.js";
import type { BridgeSession } from "../../../../boards/bridge/session.js";
import { atmega328p } from "../../../../boards/simulated-avr/atmega328p.js";
import { parseIntelHex } from "../../../../boards/simulated-avr/intel-hex.js";
import { Microcontroller } from "../../../../boards/simulated-avr/microcontroller.js";
import type { Part } from "../../../../boards/simulated-avr/part.js";
import type { UartLine } from "../../../../boards/simulated-avr/uart-line.js";
import { type Instant, micros, millis } from "../../../../src/kernel/time.js";
import { ByteStreamReader, toByteStream } from "../../../../src/wire/byte-stream.js";
import { ManualClock } from "../../../host/support/manual-clock.js";
import { cluster } from "./bridge-rig.js";

const tickEvery = 20;

export function flashed(part: Part, file: string): Microcontroller {
  const hex = readFileSync(`firmware-bridge/hex/${file}`, "utf8");
  const parsed = parseIntelHex(hex, part.flashBytes);
  if (!parsed.ok) throw new Error(parsed.message);
  return new Microcontroller({ part, flash: parsed.flash });
}

/** Frames at the host's end of a UART. */
export class FramedLine {
  readonly #line: UartLine;
  readonly #reader = new ByteStreamReader(payloadBytesMax);
  readonly #onPayload: (payload: Uint8Array) => void;

  constructor(line: UartLine | undefined, onPayload: (payload: Uint8Array) => void) {
    if (line === undefined) throw new Error("no such UART");
    this.#line = line;
    this.#onPayload = onPayload;
    line.listen({
      onByte: (byte) => {
        for (const payload of this.#reader.push(Uint8Array.of(byte))) this.#onPayload(payload);
      },
      onUnplugged: () => {},
    });
  }

  send(payload: Uint8Array): void {
    this.#line.send(toByteStream(payload));
  }
}

export class AvrBridgeRig {
  readonly clock = new ManualClock();
  readonly mcu: Microcontroller;
  readonly session: BridgeSession;
  readonly board: BridgeBoard;
  readonly events: BridgeEvent[] = [];
  stopped = false;
  #millis = 0;

  constructor(file = "bridge.hex") {
    this.mcu = flashed(atmega328p, file);
    const line = new FramedLine(this.mcu.lines[0], (payload) => {
      if (!this.stopped) this.session.onPayload(this.now(), payload);
    });
    const { session, board } = makeBridge({
      ...{ clock: this.clock, cluster, node: "pi-1", lineTime: micros(3_500) },
      send: (payload) => line.send(payload),
      lineCounts: () => [],
      endLine: async () => {},
      onEvent: (_, event) => this.events.push(event),
    });
    this.session = session;
    this.board = board;
    for (let ms = 0; ms < 500 && !this.session.isRunning; ms += 10) this.pass(10);
    // Until the first beat.
    this.pass(60);
  }

  now(): Instant {
    return this.clock.now();
  }

  /** In milliseconds. */
  pass(ms: number): void {
    for (let count = 0; count < ms; count += 1) {
      // What is heard in this millisecond is heard at its end.
      this.clock.advance(1_000);
      this.mcu.runFor(millis(1));
      this.#millis += 1;
      if (!this.stopped && this.#millis % tickEvery === 0) this.session.tick(this.now());
    }
  }
}
