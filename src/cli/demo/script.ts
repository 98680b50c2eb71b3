/**
 * What goes wrong in a demo that nobody watches: one sensor sticks, the driving replica is killed, and
 * the network loses packets. Times are shares of the demo's length, so that a short one shows all.
 *
 * Three replicas bear one fault at a time. So the kill waits until the sensor counts again; where the
 * demo is too short for that, the board with the broken sensor is killed, which is one faulty board.
 */
import type { Session } from "./session.js";

interface Line {
  /** From 0 to 1, of the demo's length. */
  readonly share: number;
  /** False when it is to be tried again a little later; but not after `latest`. */
  readonly act: (session: Session, last: boolean) => boolean;
  readonly latest: number;
}

const at = (share: number, act: (session: Session) => void): Line => ({
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

/** How often a line that waits is tried again, in milliseconds. */
const retryMs = 50;

/** Plays the script into a session; what comes back stops it. */
export function play(session: Session, lengthMs: number): () => void {
  const timers = new Set<NodeJS.Timeout>();
  const schedule = (line: Line, atMs: number): void => {
    const timer = setTimeout(
      () => {
        timers.delete(timer);
        const last = atMs >= line.latest * lengthMs;
        if (!line.act(session, last)) schedule(line, atMs + retryMs);
      },
      atMs - session.elapsedS() * 1_000,
    );
    timers.add(timer);
  };
  for (const line of lines) schedule(line, line.share * lengthMs);
  return () => {
    for (const timer of timers) clearTimeout(timer);
  };
}
