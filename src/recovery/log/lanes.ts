/**
 * Carries tasks out on the lanes of a disk. A task is a generator: it yields an operation, is
 * resumed with the result, and returns what it was about. So what must happen one after the other
 * reads one below the other, and a lane has one operation out at a time; tasks of a lane take
 * turns, so a segment in the making does not wait for a snapshot of 64 MiB.
 */
import { assert } from "../../kernel/assert.js";
import type { Duration, Instant } from "../../kernel/time.js";
import { after, due } from "../../kernel/time.js";
import type { DiskDone, DiskLane, DiskOperation, DiskRequest, DiskResult } from "../disk.js";

export type DiskTask<Outcome> = Generator<DiskOperation, Outcome, DiskResult>;

interface Running {
  /** Begun with no result; null when it has ended. */
  readonly resume: (now: Instant, result: DiskResult | null) => DiskOperation | null;
  /** Yielded, and waiting for its turn. */
  waiting: DiskOperation | null;
}

interface Lane {
  readonly tasks: Running[];
  /** The one that waits for its operation. */
  busy: Running | null;
  id: number;
  since: Instant;
}

const laneNames: readonly DiskLane[] = ["log", "snapshot", "canary"];

export class DiskLanes {
  readonly #stallAfter: Duration;
  readonly #emit: (now: Instant, request: DiskRequest) => void;
  readonly #lanes: ReadonlyMap<DiskLane, Lane>;
  #nextId = 1;
  #isStopped = false;

  constructor(
    now: Instant,
    stallAfter: Duration,
    emit: (now: Instant, request: DiskRequest) => void,
  ) {
    this.#stallAfter = stallAfter;
    this.#emit = emit;
    const lane = (): Lane => ({ tasks: [], busy: null, id: 0, since: now });
    this.#lanes = new Map(laneNames.map((name) => [name, lane()]));
  }

  run<Outcome>(
    now: Instant,
    lane: DiskLane,
    task: DiskTask<Outcome>,
    ended: (now: Instant, outcome: Outcome) => void,
  ): void {
    const resume = (at: Instant, result: DiskResult | null): DiskOperation | null => {
      const turn = result === null ? task.next() : task.next(result);
      if (turn.done !== true) return turn.value;
      ended(at, turn.value);
      return null;
    };
    this.#lane(lane).tasks.push({ resume, waiting: null });
    this.#advance(now, lane);
  }

  isIdle(lane: DiskLane): boolean {
    const { tasks, busy } = this.#lane(lane);
    return tasks.length === 0 && busy === null;
  }

  done(now: Instant, done: DiskDone): void {
    const name = laneNames.find((lane) => {
      const { busy, id } = this.#lane(lane);
      return busy !== null && id === done.id;
    });
    assert(name !== undefined, `an answer to ${done.id}, which is not out`);
    const lane = this.#lane(name);
    const task = lane.busy as Running;
    lane.busy = null;
    if (this.#isStopped) return;
    this.#give(now, name, task, done.result);
    this.#advance(now, name);
  }

  /** Nothing more is asked for; what is out may come back. */
  stop(): void {
    this.#isStopped = true;
  }

  /** When the operation that has been out longest counts as stalled. */
  stallsAt(): Instant | null {
    let first: Instant | null = null;
    for (const { busy, since } of this.#lanes.values()) {
      if (busy !== null && (first === null || since < first)) first = since;
    }
    return first === null ? null : after(first, this.#stallAfter);
  }

  isStalled(now: Instant): boolean {
    return due(this.stallsAt(), now);
  }

  #advance(now: Instant, name: DiskLane): void {
    const lane = this.#lane(name);
    while (lane.busy === null && !this.#isStopped) {
      const task = lane.tasks.shift();
      if (task === undefined) return;
      const operation = task.waiting ?? task.resume(now, null);
      task.waiting = null;
      if (operation !== null) this.#issue(now, name, task, operation);
    }
  }

  /** The others have their turn first. */
  #give(now: Instant, name: DiskLane, task: Running, result: DiskResult): void {
    task.waiting = task.resume(now, result);
    if (task.waiting !== null) this.#lane(name).tasks.push(task);
  }

  #issue(now: Instant, name: DiskLane, task: Running, operation: DiskOperation): void {
    const lane = this.#lane(name);
    lane.busy = task;
    lane.id = this.#nextId;
    lane.since = now;
    this.#nextId += 1;
    this.#emit(now, { kind: "disk", id: lane.id, lane: name, operation });
  }

  #lane(name: DiskLane): Lane {
    const lane = this.#lanes.get(name);
    assert(lane !== undefined, `no lane ${name}`);
    return lane;
  }
}
