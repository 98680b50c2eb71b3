/**
 * Looks at whatever firmware is on a line, and binds a bridge to a cluster, for a person at a desk.
 * Looking changes nothing: no output is touched, and nothing is configured.
 */
import type { Clock } from "../../src/host/monotonic-clock.js";
import { unreachable } from "../../src/kernel/assert.js";
import { after, type Duration, due, type Instant, millis, seconds } from "../../src/kernel/time.js";
import type { PinRefusal } from "../pin-board.js";
import { clusterTag, tagText } from "./cluster-tag.js";
import { parseDeviceFrame } from "./device-frame.js";
import { DeviceLine, type DeviceLineOptions, type LineSession } from "./device-line.js";
import {
  type Beat,
  type CommandResult,
  deviceKinds,
  type Hello,
  protocolVersion,
  results,
  type Verdict,
} from "./frames.js";
import { hostFrame } from "./host-frame.js";

const askEvery: Duration = millis(250);

/** After its hello a device beats within this time. */
const beatTimeout: Duration = millis(300);

/** In milliseconds. */
const lookEvery = 5;

/** What is known of a firmware. */
export interface Firmware {
  readonly hello: Hello;
  /** Of a bridge; null where none came in time. */
  readonly beat: Beat | null;
  /** Of an output voter. */
  readonly verdict: Verdict | null;
  /** What the line did to the frames, by reason. */
  readonly line: ReadonlyMap<string, number>;
}

export interface InspectionOptions extends DeviceLineOptions {
  readonly timeout: Duration;
}

export type Inspected = { readonly ok: true; readonly firmware: Firmware } | PinRefusal;

/** Asks until somebody says hello, and waits for one beat or verdict. */
export async function inspectFirmware(options: InspectionOptions): Promise<Inspected> {
  return withLine(options, async (line, ear) => {
    const refusal = await meet(options, line, ear);
    if (refusal !== null) return refusal;
    await waitFor(options.clock, beatTimeout, () => ear.beat !== null || ear.verdict !== null);
    const { hello, beat, verdict } = ear;
    if (hello === null) return nobody(line, options.timeout);
    return { ok: true, firmware: { hello, beat, verdict, line: new Map(line.counts()) } };
  });
}

export type Bound = { readonly ok: true; readonly was: number } | PinRefusal;

/**
 * Binds a bridge to a cluster.
 *
 * @param from the tag of the cluster that it is bound to; 0 for one that is bound to none
 */
export async function bindBridge(
  options: InspectionOptions,
  from: number,
  cluster: string,
): Promise<Bound> {
  return withLine(options, async (line, ear) => {
    const refusal = await meet(options, line, ear);
    if (refusal !== null) return refusal;
    const { hello } = ear;
    if (hello === null) return nobody(line, options.timeout);
    if (hello.device !== deviceKinds.bridge) return refuse(boundByVote);
    const tag = clusterTag(cluster);
    if (hello.cluster !== from) {
      const own = hello.cluster === 0 ? "none" : tagText(hello.cluster);
      return refuse(`it is bound to ${own}, not to ${from === 0 ? "none" : tagText(from)}`);
    }
    line.send(hostFrame({ kind: "bind", oldCluster: from, cluster: tag, sequence: 1 }));
    await waitFor(options.clock, seconds(1), () => ear.result !== null);
    if (ear.result === results.done) return { ok: true, was: from };
    return refuse(`it did not take the word (${ear.result ?? "no answer"})`);
  });
}

const boundByVote =
  "an output voter is bound by two of its three replicas, not over one line: see rebind: true";

const refuse = (message: string): PinRefusal => ({ ok: false, reason: "not-supported", message });

function nobody(line: DeviceLine, timeout: Duration): PinRefusal {
  const message = `no firmware answered in ${timeout / seconds(1)} s: ${line.whatCame}`;
  return { ok: false, reason: "lost", message };
}

async function withLine<Answer>(
  options: InspectionOptions,
  act: (line: DeviceLine, ear: Ear) => Promise<Answer | PinRefusal>,
): Promise<Answer | PinRefusal> {
  const line = new DeviceLine(options);
  const ear = new Ear((payload) => line.send(payload));
  try {
    return (await line.start(ear)) ?? (await act(line, ear));
  } finally {
    await line.close();
  }
}

/** Null when it has said hello. */
async function meet(
  { clock, timeout }: InspectionOptions,
  line: DeviceLine,
  ear: Ear,
): Promise<PinRefusal | null> {
  await waitFor(clock, timeout, () => ear.hello !== null || ear.otherVersion !== null);
  if (ear.otherVersion !== null) {
    const other = `it speaks protocol ${ear.otherVersion}, and this Holdfast ${protocolVersion}`;
    return refuse(`${other}: flash the firmware that came with it (firmware-bridge/hex)`);
  }
  return ear.hello === null ? nobody(line, timeout) : null;
}

async function waitFor(clock: Clock, most: Duration, isSo: () => boolean): Promise<void> {
  const until = after(clock.now(), most);
  while (!isSo() && !due(until, clock.now())) {
    await new Promise((resolve) => setTimeout(resolve, lookEvery));
  }
}

/** Keeps the newest of each kind of frame. */
class Ear implements LineSession {
  readonly #send: (payload: Uint8Array) => void;
  hello: Hello | null = null;
  otherVersion: number | null = null;
  beat: Beat | null = null;
  verdict: Verdict | null = null;
  /** Of a command. */
  result: CommandResult | null = null;
  #askAt: Instant | null = null;

  constructor(send: (payload: Uint8Array) => void) {
    this.#send = send;
  }

  onPayload(_: Instant, payload: Uint8Array): void {
    const parse = parseDeviceFrame(payload);
    if (!parse.ok) return;
    const { frame } = parse;
    switch (frame.kind) {
      case "hello":
        this.hello = frame;
        break;
      case "other-version":
        this.otherVersion = frame.version;
        break;
      case "beat":
        this.beat = frame;
        break;
      case "verdict":
        this.verdict = frame;
        break;
      case "done":
        this.result = frame.result;
        break;
      case "samples":
      case "edges":
      case "question":
      case "taken":
        break;
      default:
        unreachable(frame);
    }
  }

  tick(now: Instant): void {
    if (this.hello !== null || (this.#askAt !== null && !due(this.#askAt, now))) return;
    this.#askAt = after(now, askEvery);
    this.#send(hostFrame({ kind: "ask" }));
  }

  onLineLost(): void {}

  onLineRestored(): void {}

  onLineGarbled(): void {}
}
