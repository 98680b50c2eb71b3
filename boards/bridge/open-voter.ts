/** Opens one replica's line to the output voter: the handshake, and outputs that are voted. */
import {
  after,
  type Duration,
  due,
  type Instant,
  micros,
  millis,
  seconds,
} from "../../src/kernel/time.js";
import type { PinRefusal } from "../pin-board.js";
import { DeviceLine, type DeviceLineOptions, defaultBaudRate } from "./device-line.js";
import type { Place } from "./frames.js";
import { helloTimeout } from "./open.js";
import type { VoterEvent } from "./voter-events.js";
import { declarationsOf, type VotedOutput, VoterOutputs } from "./voter-outputs.js";
import { VoterSession } from "./voter-session.js";

/** A vote on the line, with its checksum, its stuffing and two delimiters. */
const voteBytes = 17;

/** What StreamLine gives to the stream ahead of time. */
const aheadTime: Duration = millis(2);

/** In milliseconds. */
const lookEvery = 5;

export interface VoterOptions extends Omit<DeviceLineOptions, "baudRate"> {
  readonly cluster: string;
  /** Left out, 115,200. */
  readonly baudRate?: number;
  readonly outputs: readonly VotedOutput[];
  /** At which of the voter's lines this replica should be; left out, that is not checked. */
  readonly place?: Place;
  /** See `VoterSessionOptions`. */
  readonly rebind?: boolean;
  /** Left out, 5 s. */
  readonly helloTimeout?: Duration;
  readonly onEvent?: (at: Instant, event: VoterEvent) => void;
}

export type OpenedVoter = { readonly ok: true; readonly outputs: VoterOutputs } | PinRefusal;

/** Resolves in any case, with outputs that can be voted for or with why there are none. */
export async function openVoter(options: VoterOptions): Promise<OpenedVoter> {
  const { clock, baudRate = defaultBaudRate } = options;
  const declared = declarationsOf(options.outputs);
  if (typeof declared === "string") return { ok: false, reason: "not-able", message: declared };
  const line = new DeviceLine({ ...options, baudRate });
  const session = new VoterSession(clock.now(), {
    cluster: options.cluster,
    declarations: declared.declarations,
    ...{ place: options.place ?? null, rebind: options.rebind ?? false },
    send: (payload) => line.send(payload),
    onEvent: options.onEvent ?? (() => {}),
  });
  const failure = (await line.start(session)) ?? (await meet(options, line, session));
  if (failure !== null) {
    session.close();
    await line.close();
    return failure;
  }
  const lineTime = micros(aheadTime + Math.ceil((voteBytes * 10 * 1e6) / baudRate));
  const outputs = new VoterOutputs({
    ...{ outputs: options.outputs, session, lineTime },
    lineCounts: () => line.counts(),
    endLine: () => line.close(),
  });
  return { ok: true, outputs };
}

/** Null when the voter is known. */
async function meet(
  { clock, helloTimeout: patience = helloTimeout }: VoterOptions,
  line: DeviceLine,
  session: VoterSession,
): Promise<PinRefusal | null> {
  const until = after(clock.now(), patience);
  while (!session.isKnown) {
    if (session.refusal !== null) return session.refusal;
    if (due(until, clock.now())) return nobody(line, patience);
    await new Promise((resolve) => setTimeout(resolve, lookEvery));
  }
  return null;
}

function nobody(line: DeviceLine, patience: Duration): PinRefusal {
  const time = `in ${patience / seconds(1)} s`;
  return {
    ok: false,
    reason: "lost",
    message: `no output voter answered ${time}: ${line.whatCame}`,
  };
}
