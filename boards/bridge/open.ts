/**
 * Opens a bridge: the line, the handshake, and a board of pins. What is at the other end must be a
 * bridge, of this protocol, of this cluster or of none yet; what else is refused with a sentence
 * that says what to do.
 */
import type { Duplex } from "node:stream";
import type { Clock } from "../../src/host/monotonic-clock.js";
import { after, type Duration, due, micros, millis, seconds } from "../../src/kernel/time.js";
import type { PinRefusal } from "../pin-board.js";
import type { BridgeBoard } from "./bridge-board.js";
import { DeviceLine, defaultBaudRate } from "./device-line.js";
import { type BridgeParts, makeBridge } from "./make-bridge.js";
import type { BridgeSession } from "./session.js";

/** A board that its port's opening resets is in its boot loader for a second or two. */
export const helloTimeout: Duration = seconds(5);

/** The last word of a board that is closed is waited for so long. */
const closeTimeout: Duration = millis(300);

/** In milliseconds. */
const lookEvery = 5;

/** A command on the line, with its checksum, its stuffing and two delimiters. */
const commandBytes = 17;

/** What StreamLine gives to the stream ahead of time. */
const aheadTime: Duration = millis(2);

export interface BridgeOptions
  extends Pick<BridgeParts, "clock" | "cluster" | "node" | "sampling" | "onEvent"> {
  /** Opens the line, again and again; rejects where there is none just now. */
  readonly open: () => Promise<Duplex>;
  /** Whether there is something to open, where that can be seen; see `StreamLineOptions`. */
  readonly isThere?: () => boolean;
  /** Left out, 115,200. */
  readonly baudRate?: number;
  /** Left out, 5 s. */
  readonly helloTimeout?: Duration;
}

export type OpenedBridge = { readonly ok: true; readonly board: BridgeBoard } | PinRefusal;

/** Resolves in any case, with a board that can be used or with why there is none. */
export async function openBridge(options: BridgeOptions): Promise<OpenedBridge> {
  const { clock, baudRate = defaultBaudRate } = options;
  const line = new DeviceLine({ ...options, baudRate });
  const { session, board } = makeBridge({
    ...options,
    lineTime: micros(aheadTime + Math.ceil((commandBytes * 10 * 1e6) / baudRate)),
    send: (payload) => line.send(payload),
    lineCounts: () => line.counts(),
    endLine: () => endLine(line, session, clock),
  });
  const failure = (await line.start(session)) ?? (await meet(options, line, session));
  if (failure === null) return { ok: true, board };
  session.end();
  await line.close();
  return failure;
}

/** Null when the device takes commands. */
async function meet(
  { clock, helloTimeout: patience = helloTimeout }: BridgeOptions,
  line: DeviceLine,
  session: BridgeSession,
): Promise<PinRefusal | null> {
  const until = after(clock.now(), patience);
  while (!session.isRunning) {
    if (session.refusal !== null) return session.refusal;
    if (due(until, clock.now())) return nobody(line, session, patience);
    await pause();
  }
  return null;
}

function nobody(line: DeviceLine, session: BridgeSession, patience: Duration): PinRefusal {
  const isMute = session.hello !== null;
  const what = isMute ? "it said hello, and takes no command: check the wire to it" : line.whatCame;
  const message = `no bridge answered in ${patience / seconds(1)} s: ${what}`;
  return { ok: false, reason: "lost", message };
}

async function endLine(line: DeviceLine, session: BridgeSession, clock: Clock): Promise<void> {
  const until = after(clock.now(), closeTimeout);
  while (!session.isClosed && !due(until, clock.now())) await pause();
  session.end();
  await line.close();
}

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, lookEvery));
