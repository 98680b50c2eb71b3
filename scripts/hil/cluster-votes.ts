/** What the replicas of a cluster wrote down, read by the lane: votes, and who drives when. */

/** A cycle of one replica; see guest/witness.mjs. */
export interface Vote {
  /** On the guest's monotonic clock, in microseconds. */
  readonly at: number;
  readonly cycle: number;
  /** Since the cycle before it, in microseconds, as the app was told. */
  readonly step: number;
  /** Null where there was no trustworthy value. */
  readonly value: number | null;
  readonly status: string;
}

/** A line that was not written to its end is none. */
export function parseVotes(text: string): readonly Vote[] {
  return text.split("\n").flatMap((line) => {
    const [, at, cycle, step, value, status] =
      /^(\d+) (\d+) (\d+) (-?[\d.]+|null) ([a-z-]+)$/.exec(line) ?? [];
    if (status === undefined) return [];
    const number = value === "null" ? null : Number(value);
    return [{ at: Number(at), cycle: Number(cycle), step: Number(step), value: number, status }];
  });
}

/** An event of a replica's log: its kind, and when. */
export interface LogEvent {
  readonly at: number;
  readonly kind: string;
}

export function parseEvents(text: string): readonly LogEvent[] {
  return text.split("\n").flatMap((line) => {
    try {
      const { at, event } = JSON.parse(line) as { at?: number; event?: { kind?: string } };
      return at === undefined || event?.kind === undefined ? [] : [{ at, kind: event.kind }];
    } catch {
      return [];
    }
  });
}

export interface Allowance {
  /** The first cycle that counts. */
  readonly from: number;
  /** The longest from one cycle to the next, in microseconds. */
  readonly stepMax: number;
  /** The most cycles one after the other without a voted value. */
  readonly blindMax: number;
}

/** What is not as it must be in the votes of a replica that went on; none when all is. */
export function interruptions(votes: readonly Vote[], allowed: Allowance): readonly string[] {
  const those = votes.filter(({ cycle }) => cycle >= allowed.from);
  if (those.length === 0) return [`no vote from cycle ${allowed.from} on`];
  const complaints: string[] = [];
  let [blind, newest] = [0, 0];
  for (const { cycle, step, value, status } of those) {
    // A replica whose state is repaired works out its last cycles once more.
    if (cycle <= newest) continue;
    newest = cycle;
    blind = value === null ? blind + 1 : 0;
    if (blind > allowed.blindMax) {
      complaints.push(`no voted value in cycle ${cycle} and ${blind - 1} before it (${status})`);
    }
    if (step > allowed.stepMax) {
      const most = `expected at most ${allowed.stepMax / 1e6} s`;
      complaints.push(`${step / 1e6} s passed before cycle ${cycle}, ${most}`);
    }
  }
  return complaints;
}

/** Does a replica drive the outputs, by its log? */
export function drives(events: readonly LogEvent[]): boolean {
  const last = events.findLast(({ kind }) => kind === "lease-acquired" || kind === "lease-lost");
  return last?.kind === "lease-acquired";
}

/** The cycle in which a replica got the right to drive, after another had it; null: it did not. */
export function takeover(
  votes: readonly Vote[],
  events: readonly LogEvent[],
  after: number,
): number | null {
  for (const event of events.filter(({ kind }) => kind === "lease-acquired")) {
    const vote = votes.find(({ at }) => at >= event.at);
    if (vote !== undefined && vote.cycle > after) return vote.cycle;
  }
  return null;
}
