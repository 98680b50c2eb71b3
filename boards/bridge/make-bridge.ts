/** A board and the session under it, made for each other, on whatever carries their frames. */
import type { Clock } from "../../src/host/monotonic-clock.js";
import { type Duration, type Instant, millis } from "../../src/kernel/time.js";
import { BridgeBoard, type BridgeBoardOptions } from "./bridge-board.js";
import type { BridgeEvent } from "./events.js";
import { BridgeSession } from "./session.js";

export interface BridgeParts
  extends Pick<BridgeBoardOptions, "lineTime" | "lineCounts" | "endLine"> {
  readonly clock: Clock;
  /** The cluster's name; a firmware that is bound to none is bound to it. */
  readonly cluster: string;
  /** Whose board it is: for the description. */
  readonly node: string;
  /** How often pins are sampled, from 5 ms to 10 s; left out, every 20 ms. */
  readonly sampling?: Duration;
  /** What happens to the device, for logs. */
  readonly onEvent?: (at: Instant, event: BridgeEvent) => void;
  readonly send: (payload: Uint8Array) => void;
  /** Of commands; left out, 1. The device takes any after an `ask`. */
  readonly firstSequence?: number;
}

export interface Bridge {
  readonly session: BridgeSession;
  readonly board: BridgeBoard;
}

export function makeBridge(parts: BridgeParts): Bridge {
  const { clock, cluster, sampling = millis(20), firstSequence = 1 } = parts;
  const { send, onEvent = () => {} } = parts;
  const session = new BridgeSession(clock.now(), {
    ...{ cluster, send, onEvent, firstSequence },
    samplingMs: Math.round(sampling / millis(1)),
    onSamples: (_, at, samples) => board.onSamples(at, samples),
    onEdges: (arrival, edges) => board.onEdges(arrival, edges),
    onQuestion: (now, bytes) => board.onQuestion(now, bytes),
    onBeat: (now, beat) => board.onBeat(now, beat),
    onReset: (now) => board.onReset(now),
    onBitten: () => board.onBitten(),
    onTick: (now) => board.onTick(now),
  });
  const { node, lineTime, lineCounts, endLine } = parts;
  const board: BridgeBoard = new BridgeBoard({
    ...{ node, session, clock, lineTime, lineCounts, endLine },
    onPinRefused: (now, pin, result) => onEvent(now, { kind: "pin-refused", pin, result }),
  });
  return { session, board };
}
