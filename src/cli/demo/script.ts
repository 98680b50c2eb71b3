/**
 * What goes wrong in a demo that nobody watches: one sensor sticks, the driving replica is killed,
 * and the network loses packets. Times are shares of the time from the first voted value to the
 * end, so that a short demo shows all.
 *
 * Three replicas bear one fault at a time. So the kill waits until the sensor counts again; where
 * the demo is too short for that, the board with the broken sensor is killed, which is one faulty
 * board.
 */
import type { NodeId } from "../../kernel/ids.js";
import type { Tally } from "../../observe/tally.js";
import type { Session } from "./session.js";

/** What of a session the script plays on. */
export interface Stage
  extends Pick<
    Session,
    "stickOne" | "freeAll" | "killOne" | "losePackets" | "elapsedS" | "firmware"
  > {
  readonly tally: Pick<Tally, "firstVoteS">;
}

interface Line {
  /** From 0 to 1, of the time that there is. */
  readonly share: number;
  /** False when it is to be tried again a little later; but not after `latest`. */
  readonly act: (session: Stage, last: boolean) => boolean;
  readonly latest: number;
}

const at = (share: number, act: (session: Stage) => void): Line => ({
  share,
  latest: share,
  act: (session) => {
    act(session);
    return true;
  },
});

const lines: readonly Line[] = [
  at(0.15, (session) => session.stickOne()),
  at(0.3, (session) => session.freeAll()),
  { share: 0.45, latest: 0.7, act: (session, last) => session.killOne(last) },
  at(0.75, (session) => session.losePackets(true)),
  at(0.9, (session) => session.losePackets(false)),
];

/** With firmware: what it is to mask, one after the other, and then a replica. */
const firmwareLines: readonly Line[] = [
  at(0.12, (session) => session.firmware?.toggleLie()),
  at(0.24, (session) => session.firmware?.toggleLie()),
  at(0.34, (session) => session.firmware?.hang()),
  at(0.5, (session) => session.firmware?.toggleLine()),
  at(0.62, (session) => session.firmware?.toggleLine()),
  { share: 0.74, latest: 0.8, act: (session, last) => session.killOne(last) },
];

/** How often a line that waits is tried again, in milliseconds. */
const retryMs = 50;

/**
 * Plays the script into a session, from its first voted value to `lengthMs` after its start; what
 * comes back stops it. Faults set before there is anything to break would show nothing.
 */
export function play(session: Stage, lengthMs: number): () => void {
  let timers: NodeJS.Timeout[] = [];
  const after = (delayMs: number, act: () => void): void => {
    const timer = setTimeout(() => {
      timers = timers.filter((other) => other !== timer);
      act();
    }, delayMs);
    timers.push(timer);
  };
  const attempt = (line: Line, untilMs: number): void => {
    const last = session.elapsedS() * 1_000 >= untilMs;
    if (!line.act(session, last)) after(retryMs, () => attempt(line, untilMs));
  };
  const begin = (): void => {
    if (session.tally.firstVoteS === null) {
      after(retryMs, begin);
      return;
    }
    const beganMs = session.elapsedS() * 1_000;
    const spanMs = Math.max(0, lengthMs - beganMs);
    for (const line of session.firmware === null ? lines : firmwareLines) {
      const untilMs = beganMs + line.latest * spanMs;
      after(line.share * spanMs, () => attempt(line, untilMs));
    }
  };
  begin();
  return () => {
    for (const timer of timers) clearTimeout(timer);
  };
}

/** What is known of the cluster when somebody is to be killed. */
export interface Candidates {
  readonly nodes: readonly NodeId[];
  readonly driver: NodeId | null;
  /** Whose sensor does not count now. */
  readonly broken: readonly NodeId[];
}

/**
 * Who is to be killed: the one that drives, but not while another board's sensor does not count,
 * for that would be two faults at once. Null when it is better to wait for that.
 *
 * @param now do not wait: kill a board whose sensor does not count
 */
export function victim({ nodes, driver, broken }: Candidates, now: boolean): NodeId | null {
  if (broken.length > 0 && !now) return null;
  return broken[0] ?? driver ?? nodes[0] ?? null;
}
