/**
 * One board of a simulated group: a clock that drifts, a disk that outlives its crashes, and a
 * replica while it is up. It keeps the promise of every host (kernel/machine.ts), and as a node does
 * it tells its replica when it was late.
 */
import { assert, unreachable } from "../../kernel/assert.js";
import type { NodeId } from "../../kernel/ids.js";
import { type Timeout, timeout } from "../../kernel/machine.js";
import type { Prng } from "../../kernel/prng.js";
import { type Duration, type Instant, instant, micros } from "../../kernel/time.js";
import type {
  ClientNumber,
  ReplicaEvent,
  ReplicaInput,
  ReplicaOutput,
} from "../../replication/replica/ports.js";
import type { Replica } from "../../replication/replica/replica.js";
import type { ClientReply } from "../../replication/service/ports.js";
import type { ModelledDisk } from "../disk/modelled-disk.js";
import { DriftingClock } from "../drifting-clock.js";
import { never, type TrueTime, worldBegins } from "../true-time.js";

/** What waits for a board that is paused; frames beyond it are lost, as with UDP. */
const inboxMax = 512;
/** A machine that is stepped so often at one instant asks for the same deadline for ever. */
const stepsPerInstantMax = 20_000;
const firstReadingMax = 1_000_000_000;

export interface Birth {
  readonly id: NodeId;
  readonly now: Instant;
  readonly life: number;
  /** Its disk is not the one that it had at first. */
  readonly replaced: boolean;
  readonly dice: Prng;
}

export interface BoardSurroundings {
  readonly latenessMax: Duration;
  now(): TrueTime;
  schedule(at: TrueTime, run: () => void): void;
  make(birth: Birth): Replica;
  makeDisk(id: NodeId, generation: number): ModelledDisk;
  send(source: NodeId, target: NodeId, body: unknown): void;
  reply(board: Board, client: ClientNumber, reply: ClientReply): void;
  event(board: Board, event: ReplicaEvent): void;
  trace(line: () => string): void;
}

export class Board {
  readonly id: NodeId;
  disk: ModelledDisk;
  steps = 0;
  timesLate = 0;
  readonly #around: BoardSurroundings;
  readonly #dice: Prng;
  readonly #baseRate: number;
  #clock: DriftingClock;
  #replica: Replica | null = null;
  #life = 0;
  #disks = 1;
  #isUsed = false;
  #pausedUntil: TrueTime = worldBegins;
  #inbox: ReplicaInput[] = [];
  #wakeAt: TrueTime = never;
  #diskAt: TrueTime = never;
  #stepping = false;
  #lastAt: TrueTime = worldBegins;
  #stepsAtInstant = 0;

  constructor(id: NodeId, ratePpm: number, dice: Prng, around: BoardSurroundings) {
    this.id = id;
    this.#dice = dice;
    this.#around = around;
    this.#baseRate = ratePpm;
    this.#clock = this.#newClock(ratePpm);
    this.disk = around.makeDisk(id, this.#disks);
  }

  get up(): boolean {
    return this.#replica !== null;
  }

  get runs(): boolean {
    return this.#replica !== null && this.#around.now() >= this.#pausedUntil;
  }

  get life(): number {
    return this.#life;
  }

  /** It has run with the disk that it has. */
  get isUsed(): boolean {
    return this.#isUsed;
  }

  get replaced(): boolean {
    return this.#disks > 1;
  }

  get replica(): Replica | null {
    return this.#replica;
  }

  get clock(): DriftingClock {
    return this.#clock;
  }

  boot(): void {
    if (this.#replica !== null) return;
    this.#life += 1;
    this.#isUsed = true;
    this.#clock = this.#newClock(this.#clock.ratePpm);
    const now = this.#clock.read(this.#around.now());
    this.#around.trace(() => `${this.id} boots, life ${this.#life}`);
    const dice = this.#dice.split(`life ${this.#life}`);
    const { replaced } = this;
    this.#replica = this.#around.make({ id: this.id, now, life: this.#life, replaced, dice });
    this.#step(timeout);
    this.#settle();
  }

  crash(): void {
    if (this.#replica === null) return;
    this.#around.trace(() => `${this.id} crashes`);
    this.disk.crash(this.#around.now());
    this.#replica = null;
    this.#inbox = [];
    this.#pausedUntil = worldBegins;
    this.#wakeAt = never;
    this.#diskAt = never;
  }

  /** A blank disk in place of the one that it had; only of a board that is down. */
  wipe(): void {
    assert(this.#replica === null, "a disk is changed while its board is up");
    this.#disks += 1;
    this.#isUsed = false;
    this.disk = this.#around.makeDisk(this.id, this.#disks);
    this.#around.trace(() => `${this.id} has a blank disk`);
  }

  pause(until: TrueTime): void {
    if (this.#replica === null || until <= this.#pausedUntil) return;
    this.#around.trace(() => `${this.id} pauses until ${until}`);
    this.#pausedUntil = until;
    this.#around.schedule(until, () => this.#resume());
  }

  setRate(ratePpm: number | null): void {
    this.#clock.setRate(this.#around.now(), ratePpm ?? this.#baseRate);
    this.#settle();
  }

  /** A frame, a request: false where nobody takes it. */
  offer(input: ReplicaInput): boolean {
    if (this.#replica === null) return false;
    if (this.runs && !this.#stepping) {
      this.#step(input);
      this.#settle();
      return true;
    }
    if (this.#inbox.length >= inboxMax) return false;
    this.#inbox.push(input);
    return true;
  }

  /** The disk's state may have changed from outside. */
  touchDisk(): void {
    this.#settle();
  }

  #resume(): void {
    if (!this.runs || this.#stepping) return;
    const inbox = this.#inbox;
    this.#inbox = [];
    this.#takeDisk();
    for (const input of inbox) {
      // A deadline that has come goes before what waits.
      this.#wakeDue();
      if (this.#replica !== null) this.#step(input);
    }
    this.#settle();
  }

  #takeDisk(): void {
    for (const done of this.disk.take(this.#around.now())) {
      if (this.#replica !== null) this.#step(done);
    }
  }

  #wakeDue(): void {
    const now = this.#clock.read(this.#around.now());
    const deadline = this.#replica?.deadline() ?? null;
    if (deadline !== null && deadline <= now) this.#step(timeout);
  }

  #step(input: ReplicaInput | Timeout): void {
    const replica = this.#replica;
    assert(replica !== null && !this.#stepping, "a board that is down or busy is stepped");
    this.#countSteps();
    const now = this.#clock.read(this.#around.now());
    this.#stepping = true;
    const deadline = replica.deadline();
    if (deadline !== null && now - deadline > this.#around.latenessMax) {
      this.timesLate += 1;
      const by = micros(now - deadline);
      for (const output of replica.step(now, { kind: "was-late", by })) this.#carry(output);
    }
    const outputs = replica.step(now, input);
    for (const output of outputs) this.#carry(output);
    this.#stepping = false;
  }

  #carry(output: ReplicaOutput): void {
    switch (output.kind) {
      case "disk":
        this.disk.submit(this.#around.now(), output);
        break;
      case "send":
        this.#around.send(this.id, output.target, output.body);
        break;
      case "reply":
        this.#around.reply(this, output.client, output.reply);
        break;
      case "event":
        this.#around.event(this, output.event);
        break;
      case "app-state":
        // Nothing is controlled here.
        break;
      case "refused":
        assert(false, `${this.id} refused a message of ${output.from}`);
        break;
      default:
        unreachable(output);
    }
  }

  /** Sets the timers of the machine and of the disk. */
  #settle(): void {
    if (this.#replica === null || !this.runs) return;
    const life = this.#life;
    const deadline = this.#replica.deadline();
    const wakeAt = deadline === null ? never : this.#clock.whenReads(deadline);
    const at = Math.max(wakeAt, this.#around.now()) as TrueTime;
    if (at !== never && at !== this.#wakeAt) {
      this.#wakeAt = at;
      this.#around.schedule(at, () => this.#onWake(life, at));
    }
    const diskAt = this.disk.nextAt();
    if (diskAt === never || diskAt === this.#diskAt) return;
    this.#diskAt = diskAt;
    const due = Math.max(diskAt, this.#around.now()) as TrueTime;
    this.#around.schedule(due, () => this.#onDisk(life, diskAt));
  }

  #onWake(life: number, at: TrueTime): void {
    if (life !== this.#life || at !== this.#wakeAt) return;
    this.#wakeAt = never;
    if (!this.runs || this.#stepping) return;
    this.#wakeDue();
    this.#settle();
  }

  #onDisk(life: number, at: TrueTime): void {
    if (life !== this.#life || at !== this.#diskAt) return;
    this.#diskAt = never;
    if (!this.runs || this.#stepping) return;
    this.#takeDisk();
    this.#settle();
  }

  #countSteps(): void {
    const now = this.#around.now();
    this.#stepsAtInstant = now === this.#lastAt ? this.#stepsAtInstant + 1 : 0;
    this.#lastAt = now;
    this.steps += 1;
    assert(this.#stepsAtInstant < stepsPerInstantMax, `${this.id} runs in circles at ${now}`);
  }

  #newClock(ratePpm: number): DriftingClock {
    const reading = instant(this.#dice.below(firstReadingMax));
    return new DriftingClock(this.#around.now(), reading, ratePpm);
  }
}
