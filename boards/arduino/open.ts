/**
 * Opens an Arduino with Firmata (StandardFirmata 2.5 or newer, or firmware-bridge/firmata) as a pin
 * board:
 *
 *     const opened = await openFirmata({
 *       name: "/dev/ttyACM0",
 *       open: () => openPort("/dev/ttyACM0", 57_600),
 *     });
 *
 * A board that is not there, or does not answer, is a refusal. One that is lost later is opened
 * again by itself.
 */
import type { Duplex } from "node:stream";
import { type Clock, MonotonicClock } from "../../src/host/monotonic-clock.js";
import type { Duration } from "../../src/kernel/time.js";
import type { OpenedBoard, PinRefusal } from "../pin-board.js";
import { FirmataBoard, firmataBeat, firmataSilentAfter } from "./firmata-board.js";
import { type FirmataFacts, loadFirmata } from "./firmata-client.js";
import { FirmataLink } from "./firmata-link.js";

export interface OpenFirmataOptions {
  /** For messages: the path of the port. */
  readonly name: string;
  /** Opens the port, again and again; rejects where there is none just now. */
  readonly open: () => Promise<Duplex>;
  readonly clock?: Clock;
  /** What the converter measures against, in volts; left out, 5. */
  readonly reference?: number;
  /** How often the board is asked something; left out, 100 ms. */
  readonly beat?: Duration;
  /** How long a question may be without an answer; left out, 300 ms. */
  readonly silentAfter?: Duration;
}

const referenceByDefault = 5;

/** The first with a message that sets one pin alone. */
const versionMin = { major: 2, minor: 5 };

export async function openFirmata(options: OpenFirmataOptions): Promise<OpenedBoard> {
  const loaded = loadFirmata();
  if (!loaded.ok) return { ok: false, reason: "not-supported", message: loaded.message };
  return await new Promise((resolve) => {
    let board: FirmataBoard | null = null;
    const refuse = (refusal: PinRefusal): void => {
      link.close();
      resolve(refusal);
    };
    const link: FirmataLink = new FirmataLink({
      ...{ name: options.name, open: options.open, loaded },
      onUp: (facts) => {
        const refusal = refusalOf(options.name, facts);
        if (board !== null) board.onUp(facts);
        else if (refusal !== null) refuse(refusal);
        else {
          board = boardOf(options, link, facts);
          resolve({ ok: true, board });
        }
      },
      onMessage: (message) => board?.onMessage(message),
      onDown: (refusal) => (board === null ? refuse(refusal) : board.onDown(refusal)),
    });
    void link.open();
  });
}

function boardOf(options: OpenFirmataOptions, link: FirmataLink, facts: FirmataFacts) {
  return new FirmataBoard({
    ...{ name: options.name, link, facts },
    clock: options.clock ?? new MonotonicClock(),
    reference: options.reference ?? referenceByDefault,
    beat: options.beat ?? firmataBeat,
    silentAfter: options.silentAfter ?? firmataSilentAfter,
  });
}

function refusalOf(name: string, { major, minor }: FirmataFacts): PinRefusal | null {
  const isNewEnough =
    major > versionMin.major || (major === versionMin.major && minor >= versionMin.minor);
  if (isNewEnough) return null;
  const expected = `expected ${versionMin.major}.${versionMin.minor} or newer`;
  const advice = "write StandardFirmata or firmware-bridge/firmata/firmata.hex to it";
  const message = `${name}: its firmware speaks Firmata ${major}.${minor}; ${expected}; ${advice}`;
  return { ok: false, reason: "not-supported", message };
}
