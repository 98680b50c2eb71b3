/**
 * Gives the loop of a replica real-time priority: the main thread, what wakes it, the dog that
 * bites it, and V8's threads that it waits for. The whole replica could run in a lane instead; it
 * cannot, for a lane has no event loop, and sockets and files come through that
 * (docs/adr, "The loop is raised where it is").
 *
 * In order, from below: the loop; one above it the alarm, and V8's threads; above those the dog,
 * for nothing else ends a loop that runs away with real-time priority.
 */
import type { MakeTimer } from "../machine-loop.js";
import { Alarm } from "./alarm.js";
import { AlarmTimer } from "./alarm-timer.js";
import { type Grant, grantless, obtain, type RealtimeWish } from "./grant.js";
import { loadPosix, type Posix } from "./posix.js";
import { raiseV8Threads } from "./v8-threads.js";

export interface RealtimeStatus {
  readonly asked: RealtimeWish;
  /** Of the loop's thread, 1 to 98; 0 where it is ordinary. */
  readonly priority: number;
  readonly cpu: number | null;
  /** `alarm`: a real-time thread. `timers`: those of Node. */
  readonly wokenBy: "alarm" | "timers";
  /** How often the alarm came so late that a timer was first. */
  readonly alarmsMissed: number;
  /** Of the watchdog's thread; 0 where it is ordinary, null where there is none. */
  readonly dogPriority: number | null;
  /** Why it is not what was asked; empty where it is. */
  readonly reasons: readonly string[];
}

/** With the loop at 98, the highest, dog and alarm are equal; the alarm only ever sleeps. */
const kernelMax = 99;
const aboveLoop = (level: number, steps: number) => Math.min(kernelMax, level + steps);

/**
 * How much before the deadline the alarm rings, in microseconds. Measured at 100 Hz on a busy
 * virtual machine: the way from the thread to the loop takes 100 to 350 us, so with a lead of 0 the
 * loop is late by that; with 200 by 50 to 140 us in the median, for 6 % of a processor; with 400 by
 * 4 to 24 us, for 8 %; with 600 by 1 us, for 10 %. A loop at FIFO with timers alone is late by 1 us
 * for 11 %, and at 1 kHz spends a whole processor on looking at the clock, the alarm 30 %.
 */
const lead = 400;

export interface RealtimeOptions {
  readonly wish: RealtimeWish;
  /** Something got worse while it ran; told once. */
  readonly onTrouble: (reason: string) => void;
}

export class RealtimeLoop {
  readonly #wish: RealtimeWish;
  readonly #posix: Posix | null;
  readonly #alarm: Alarm | null;
  readonly #reasons: string[];
  #grant: Grant;
  #timer: AlarmTimer | null = null;
  #dogPriority: number | null = null;

  /** Never refuses: where nothing is granted, its status says why. For the main thread. */
  static async prepare({ wish, onTrouble }: RealtimeOptions): Promise<RealtimeLoop> {
    const result = loadPosix();
    const grant = result.ok ? rehearse(result.posix, wish) : grantless(wish, result.reason);
    if (!result.ok || grant.priority === 0) return new RealtimeLoop(grant, null, null);
    const { posix } = result;
    const above = { priority: aboveLoop(wish.priority, 1), cpu: wish.cpu };
    let loop: RealtimeLoop | null = null;
    const onFailure = (reason: string) => {
      const text = `the thread that wakes the loop has ended: ${reason}`;
      loop?.reasons.push(text);
      onTrouble(text);
    };
    const start = await Alarm.start({ posix, wish: above, lead, onFailure });
    loop = new RealtimeLoop(grant, posix, start.ok ? start.alarm : null);
    if (!start.ok) loop.reasons.push(`no thread wakes the loop: ${start.reason}`);
    return loop;
  }

  private constructor(grant: Grant, posix: Posix | null, alarm: Alarm | null) {
    this.#wish = grant.asked;
    this.#grant = grant;
    this.#posix = posix;
    this.#alarm = alarm;
    this.#reasons = [...grant.reasons];
  }

  /** Why it is not what was asked: more may be added. */
  get reasons(): string[] {
    return this.#reasons;
  }

  /** For the watchdog's thread; 0 where nothing is granted. */
  get dogPriority(): number {
    return this.#posix === null ? 0 : aboveLoop(this.#wish.priority, 2);
  }

  /** @param reason why the dog's thread did not get its priority; null where it did */
  dogArmed(reason: string | null): void {
    this.#dogPriority = reason === null ? this.dogPriority : 0;
    if (reason !== null && this.#posix !== null) this.#reasons.push(`the watchdog: ${reason}`);
  }

  /** What wakes the loop; undefined leaves it with what it has. */
  get makeTimer(): MakeTimer | undefined {
    const alarm = this.#alarm;
    if (alarm === null) return undefined;
    return (clock, wake) => {
      this.#timer = new AlarmTimer(clock, alarm, wake);
      return this.#timer;
    };
  }

  /** From here on the calling thread is real-time: the last thing before the loop starts. */
  raise(): void {
    if (this.#posix === null) return;
    const v8 = raiseV8Threads(this.#posix, aboveLoop(this.#wish.priority, 1));
    if (v8 !== null) this.#reasons.push(v8);
    this.#grant = obtain(this.#posix, this.#posix.gettid(), this.#wish);
    this.#reasons.push(...this.#grant.reasons);
  }

  status(): RealtimeStatus {
    const hasAlarm = this.#alarm !== null && !this.#alarm.failed;
    return {
      asked: this.#wish,
      priority: this.#grant.priority,
      cpu: this.#grant.cpu,
      wokenBy: hasAlarm ? "alarm" : "timers",
      alarmsMissed: this.#timer?.missed ?? 0,
      dogPriority: this.#dogPriority,
      reasons: this.#reasons,
    };
  }

  async close(): Promise<void> {
    this.#posix?.setPriority(this.#posix.gettid(), 0);
    await this.#alarm?.close();
  }
}

/**
 * What would be granted: starting is no work for a real-time thread yet. Not bound to a processor
 * either, for the threads that it starts would be as well.
 */
function rehearse(posix: Posix, wish: RealtimeWish): Grant {
  const tid = posix.gettid();
  const grant = obtain(posix, tid, { ...wish, cpu: null });
  if (grant.priority > 0) posix.setPriority(tid, 0);
  return { ...grant, asked: wish };
}
