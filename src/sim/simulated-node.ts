/**
 * One board of a simulated cluster: a clock, a machine, a board of sensors and outputs, a watchdog
 * device, and all the ways in which these fail.
 *
 * It keeps the promise of every host (see kernel/machine.ts): outputs are carried out in order, a
 * `read` is answered before any other input, then the machine is asked for its deadline. The
 * answers wait until all outputs of the step are carried out: a command must not overtake an older
 * one.
 *
 * A node that is *stopped* (paused, hung, busy with a slow step) keeps its memory. What arrives
 * waits in a bounded queue; its commands stay on the pins until their `until`, which the board
 * keeps by itself; and its watchdog device, which is no part of the program, goes on counting. A
 * *deaf* node is stopped and loses what arrives. A node that is *down* has neither machine nor
 * board. Its disk is there always.
 */
import { assert } from "../kernel/assert.js";
import type { NodeId } from "../kernel/ids.js";
import { type Timeout, timeout } from "../kernel/machine.js";
import type { Prng } from "../kernel/prng.js";
import { type Duration, due, type Instant, instant } from "../kernel/time.js";
import type { NodeInput, NodeOutput } from "../node/ports.js";
import { drawDelay } from "./delay.js";
import { DriftingClock } from "./drifting-clock.js";
import type { Effect } from "./effect.js";
import { Life } from "./life.js";
import { NodeDisk } from "./node-disk.js";
import type { DownCause } from "./observation.js";
import type { NodeCounts, Surroundings } from "./surroundings.js";
import { later, never, type TrueTime, worldBegins } from "./true-time.js";
import { WatchdogDevice } from "./watchdog-device.js";

/** What a stopped node's socket holds; when it is full the newest frame is lost, as with UDP. */
export const inboxMax = 512;

/** A machine that is stepped so often at one instant asks for the same deadline for ever. */
const stepsPerInstantMax = 10_000;

/** A board's clock begins anywhere in this range at each boot, so that no two are alike. */
const firstReadingMax = 1_000_000_000;

export interface SimulatedNodeOptions {
  readonly id: NodeId;
  readonly ratePpm: number;
  readonly dice: Prng;
  readonly surroundings: Surroundings;
}

export class SimulatedNode {
  readonly id: NodeId;
  /** The rate of its crystal while no fault changes it. */
  readonly baseRatePpm: number;
  readonly counts: NodeCounts = {
    steps: 0,
    framesMissed: 0,
    framesOverflowed: 0,
    watchdogResets: 0,
    boots: 0,
  };
  readonly #surroundings: Surroundings;
  readonly #dice: Prng;
  readonly #watchdog: WatchdogDevice;
  readonly disk: NodeDisk;
  #clock: DriftingClock;
  #life: Life | null = null;
  #stoppedUntil = worldBegins;
  #deafUntil = worldBegins;
  /** What the fault that stops or deafens the node has done; null while there is none. */
  #stopEffect: Effect | null = null;
  #slowness: { readonly perStep: Duration; readonly effect: Effect } | null = null;
  /** The fault by which the board answers no read; null while there is none. */
  #muteEffect: Effect | null = null;
  /** A stop that begins in the middle of the next step, before its outputs are carried out. */
  #stopInStep: TrueTime | null = null;
  /** Outputs of a step that is not over yet. */
  #held: { readonly outputs: readonly NodeOutput[]; readonly at: TrueTime } | null = null;
  /** Answers of the board: they come before anything else. */
  readonly #answers: NodeInput[] = [];
  readonly #inbox: NodeInput[] = [];
  #wakeAt: TrueTime = never;
  #lastStepAt: TrueTime = worldBegins;
  #stepsAtInstant = 0;
  readonly #wake = (): void => this.#onWake();
  readonly #resume = (): void => this.#onResume();

  constructor(options: SimulatedNodeOptions) {
    const { id, ratePpm, dice, surroundings } = options;
    this.id = id;
    this.baseRatePpm = ratePpm;
    this.#dice = dice;
    this.#surroundings = surroundings;
    this.#clock = new DriftingClock(worldBegins, this.#firstReading(), ratePpm);
    this.disk = new NodeDisk({ dice, surroundings, answered: () => this.#onDiskAnswer() });
    this.#watchdog = new WatchdogDevice({
      timeout: surroundings.host.watchdog,
      schedule: (at, run) => surroundings.schedule(at, run),
      now: () => surroundings.now(),
      bite: () => this.#onBite(),
    });
  }

  get up(): boolean {
    return this.#life !== null;
  }

  /** Up, and neither stopped nor deaf: it does what its program says. */
  get runs(): boolean {
    return this.#life !== null && this.#surroundings.now() >= this.#stoppedUntil;
  }

  get clock(): DriftingClock {
    return this.#clock;
  }

  /** Whether the pins of this board hold a command for the output now. */
  drives(output: string): boolean {
    return this.#life?.drives(output) ?? false;
  }

  /** Powers the board on. */
  boot(): void {
    assert(this.#life === null, `${this.id} boots while it is up`);
    const now = this.#surroundings.now();
    this.#clock = new DriftingClock(now, this.#firstReading(), this.#clock.ratePpm);
    this.counts.boots += 1;
    const bootId = this.counts.boots;
    const birth = { node: this.id, now: this.#clock.read(now), bootId };
    const machine = this.#surroundings.makeMachine(birth);
    const board = this.#surroundings.makeBoard(this.id, this.#clock, birth.now);
    const surroundings = this.#surroundings;
    const parts = { clock: this.#clock, watchdog: this.#watchdog, disk: this.disk };
    this.#life = new Life({ node: this.id, machine, board, ...parts, surroundings });
    this.#surroundings.observe({ at: now, node: this.id, kind: "booted", bootId });
    this.#watchdog.start();
    this.#settle();
  }

  /**
   * Loses power: memory is gone, the outputs take their safe states. Boots again after the wait.
   */
  crash(cause: DownCause, restartAfter: Duration | null): void {
    if (this.#life === null) return;
    const now = this.#surroundings.now();
    this.#life.end();
    this.#life = null;
    this.disk.crash();
    this.#watchdog.stop();
    this.#clearImpediments();
    this.#surroundings.observe({ at: now, node: this.id, kind: "went-down", cause });
    if (restartAfter === null) return;
    const { boots } = this.counts;
    this.#surroundings.schedule(later(now, restartAfter), () => {
      // Somebody else may have booted it meanwhile.
      if (this.#life === null && this.counts.boots === boots) this.boot();
    });
  }

  /**
   * The program does not run until then; what arrives waits. In the middle of a step if so asked.
   */
  pause(until: TrueTime, effect: Effect, inStep: boolean): void {
    this.#stopEffect = effect;
    if (inStep) this.#stopInStep = until;
    else this.#stop(until);
  }

  /** As a pause, and what arrives is lost. */
  deafen(until: TrueTime, effect: Effect): void {
    this.#stopEffect = effect;
    if (until > this.#deafUntil) this.#deafUntil = until;
    this.#stop(until);
  }

  /** The program does not come back: only a reset ends it. */
  hang(effect: Effect): void {
    this.#stopEffect = effect;
    this.#stop(never);
  }

  /** Every step takes this long, until its outputs are carried out; null ends it. */
  slow(slowness: { readonly perStep: Duration; readonly effect: Effect } | null): void {
    this.#slowness = slowness;
  }

  /** The board answers no read; null ends it. */
  muteBoard(effect: Effect | null): void {
    this.#muteEffect = effect;
  }

  setClockRate(ratePpm: number): void {
    this.#clock.setRate(this.#surroundings.now(), ratePpm);
    if (this.#life !== null) this.#settle();
  }

  /** Takes a stopped node out of its pause or deafness at once. */
  release(): void {
    if (this.#life === null || this.#stoppedUntil === never) return;
    this.#stoppedUntil = this.#surroundings.now();
    this.#deafUntil = this.#stoppedUntil;
    this.#onResume();
  }

  /** A frame arrives; `path` is counted from 0. */
  receive(bytes: Uint8Array, path: number): void {
    const now = this.#surroundings.now();
    if (this.#life === null || now < this.#deafUntil) {
      this.counts.framesMissed += 1;
      if (this.#life !== null) this.#stopEffect?.note(now);
      return;
    }
    const by = path === 0 ? {} : { path };
    this.#take(now, { kind: "datagram", bytes, ...by });
  }

  /** What comes by another way than the network: nothing is lost of it but by a crash. */
  give(input: NodeInput): void {
    if (this.#life !== null) this.#take(this.#surroundings.now(), input);
  }

  #take(now: TrueTime, input: NodeInput): void {
    if (!this.#idle(now)) {
      this.#queue(now, input);
      return;
    }
    this.#step(input);
    this.#work();
  }

  #queue(now: TrueTime, input: NodeInput): void {
    if (now < this.#stoppedUntil) this.#stopEffect?.note(now);
    if (this.#inbox.length >= inboxMax) this.counts.framesOverflowed += 1;
    else this.#inbox.push(input);
  }

  #idle(now: TrueTime): boolean {
    return now >= this.#stoppedUntil && this.#held === null && this.#inbox.length === 0;
  }

  #stop(until: TrueTime): void {
    if (until <= this.#stoppedUntil) return;
    this.#stoppedUntil = until;
    if (until !== never) this.#surroundings.schedule(until, this.#resume);
  }

  #onWake(): void {
    const now = this.#surroundings.now();
    if (now !== this.#wakeAt) return;
    this.#wakeAt = never;
    if (this.#life === null) return;
    if (now < this.#stoppedUntil) {
      this.#stopEffect?.note(now);
      return;
    }
    if (this.#held !== null) return;
    if (due(this.#life.machine.deadline(), this.#clock.read(now))) this.#step(timeout);
    this.#work();
  }

  /**
   * A stop or a slow step is over. Timers that came due and frames that arrived wait for the
   * program; which of them it takes first is the host's choice, and dice's here.
   */
  #onResume(): void {
    const life = this.#life;
    const now = this.#surroundings.now();
    if (life === null || now < this.#stoppedUntil) return;
    if (this.#held !== null) {
      if (now < this.#held.at) return;
      const { outputs } = this.#held;
      this.#held = null;
      this.#carry(life, outputs);
    }
    const timerFirst = this.#dice.chance(0.5);
    if (timerFirst && this.#held === null && due(life.machine.deadline(), this.#clock.read(now))) {
      this.#step(timeout);
    }
    this.#work();
  }

  #onDiskAnswer(): void {
    const now = this.#surroundings.now();
    if (now < this.#stoppedUntil) this.#stopEffect?.note(now);
    this.#work();
  }

  /** Feeds what waits, until nothing does or the node is stopped. */
  #work(): void {
    const now = this.#surroundings.now();
    while (this.#life !== null && this.#held === null && now >= this.#stoppedUntil) {
      const input = this.#answers.shift() ?? this.disk.take() ?? this.#inbox.shift();
      if (input === undefined) {
        this.#settle();
        return;
      }
      this.#step(input);
    }
  }

  #step(input: NodeInput | Timeout): void {
    const life = this.#life;
    assert(life !== null, `${this.id} is stepped while it is down`);
    const now = this.#surroundings.now();
    this.#countStep(now);
    const outputs = this.#stepContained(life, this.#clock.read(now), input);
    if (outputs === null) return;
    const endsAt = this.#stepEndsAt(now);
    if (endsAt === now) {
      this.#carry(life, outputs);
      return;
    }
    this.#held = { outputs, at: endsAt };
    this.#surroundings.schedule(endsAt, this.#resume);
  }

  #carry(life: Life, outputs: readonly NodeOutput[]): void {
    life.carry(outputs, this.#answers);
    if (this.#muteEffect === null) return;
    const kept = this.#answers.filter(({ kind }) => kind !== "readings");
    if (kept.length < this.#answers.length) this.#muteEffect.note(this.#surroundings.now());
    this.#answers.splice(0, this.#answers.length, ...kept);
  }

  /** What the machine throws is a bug of ours: the program ends, and the run has failed. */
  #stepContained(
    life: Life,
    now: Instant,
    input: NodeInput | Timeout,
  ): readonly NodeOutput[] | null {
    try {
      return life.machine.step(now, input);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.crash({ kind: "threw", message }, this.#surroundings.host.resetTime);
      return null;
    }
  }

  #stepEndsAt(now: TrueTime): TrueTime {
    if (this.#stopInStep !== null) {
      const until = this.#stopInStep;
      this.#stopInStep = null;
      this.#stopEffect?.note(now);
      this.#stop(until);
      return until > now ? until : now;
    }
    if (this.#slowness === null) return now;
    this.#slowness.effect.note(now);
    return later(now, this.#slowness.perStep);
  }

  /**
   * Asks the machine for its deadline and sees to it that a timer comes then, or a little later.
   */
  #settle(): void {
    const deadline = this.#life?.machine.deadline() ?? null;
    if (deadline === null) return;
    const now = this.#surroundings.now();
    const exact = this.#clock.whenReads(deadline);
    const from = Math.max(exact, now) as TrueTime;
    // A timer that is set already for an earlier time will find nothing due, and be set again.
    if (from >= this.#wakeAt) return;
    const at = later(from, drawDelay(this.#surroundings.host.wakeLatency, this.#dice));
    if (at >= this.#wakeAt) return;
    this.#wakeAt = at;
    this.#surroundings.schedule(at, this.#wake);
  }

  #countStep(now: TrueTime): void {
    this.counts.steps += 1;
    this.#stepsAtInstant = now === this.#lastStepAt ? this.#stepsAtInstant + 1 : 1;
    this.#lastStepAt = now;
    assert(this.#stepsAtInstant <= stepsPerInstantMax, `${this.id} is stepped for ever at ${now}`);
  }

  #onBite(): void {
    this.counts.watchdogResets += 1;
    this.crash({ kind: "watchdog" }, this.#surroundings.host.resetTime);
  }

  #clearImpediments(): void {
    this.#stoppedUntil = worldBegins;
    this.#deafUntil = worldBegins;
    this.#stopInStep = null;
    this.#slowness = null;
    this.#muteEffect = null;
    this.#held = null;
    this.#answers.length = 0;
    this.#inbox.length = 0;
    this.#wakeAt = never;
  }

  #firstReading(): Instant {
    return instant(this.#dice.below(firstReadingMax));
  }
}
