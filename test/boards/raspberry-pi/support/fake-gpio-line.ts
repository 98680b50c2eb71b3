/**
 * One line of the kernel that is made up: the pad with its pull and who drives it, and the kernel's
 * side of it, with software debounce and a queue of which the oldest makes room.
 */
export interface FakeEvent {
  readonly at: number;
  readonly rising: boolean;
  readonly sequence: number;
}

export interface FakeLineConfig {
  /** Null leaves it as it is. */
  readonly direction: "input" | "output" | null;
  readonly activeLow: boolean;
  readonly rising: boolean;
  readonly falling: boolean;
  readonly pull: "none" | "up" | "down";
  readonly value: 0 | 1;
  readonly debounce: number;
}

/** What the pad was, each time that this changed: a glitch would stand here. */
export interface PadChange {
  readonly at: number;
  readonly direction: "input" | "output";
  readonly level: 0 | 1;
}

type Level = 0 | 1;
const inverted = (level: Level, when: boolean): Level => (when ? (level === 1 ? 0 : 1) : level);

export class FakeLine {
  used = false;
  consumer = "";
  direction: "input" | "output" = "input";
  buffer = 16;
  readonly history: PadChange[] = [];
  #config: FakeLineConfig | null = null;
  #latch: Level = 0;
  #pull: "none" | "up" | "down" = "none";
  #outside: Level | null = null;
  /** What the kernel believes after debounce, physical; and what waits for its time. */
  #stable: Level = 0;
  #moved: number | null = null;
  #events: FakeEvent[] = [];
  #sequence = 0;

  /** Physical. */
  get level(): Level {
    if (this.direction === "output") return this.#latch;
    return this.#outside ?? (this.#pull === "up" ? 1 : 0);
  }

  /** What GET_VALUES gives. */
  logical(now: number): Level {
    this.#settle(now);
    const debounced = this.direction === "input" && (this.#config?.debounce ?? 0) > 0;
    return inverted(debounced ? this.#stable : this.level, this.#config?.activeLow ?? false);
  }

  configure(now: number, config: FakeLineConfig): void {
    this.#config = config;
    if (config.direction === "output") this.#latch = inverted(config.value, config.activeLow);
    if (config.direction !== null) this.direction = config.direction;
    this.#pull = config.pull;
    this.#note(now);
    this.#stable = this.level;
    this.#moved = null;
  }

  drive(now: number, value: Level): void {
    this.#latch = inverted(value, this.#config?.activeLow ?? false);
    this.#note(now);
  }

  outside(now: number, level: Level | null): void {
    this.#settle(now);
    this.#outside = level;
    this.#note(now);
    this.#moved = this.level === this.#stable ? null : now;
    if ((this.#config?.debounce ?? 0) === 0) this.#settle(now);
  }

  giveBack(now: number, policy: "hold" | "input"): void {
    this.used = false;
    this.consumer = "";
    this.#config = null;
    this.#events = [];
    this.#sequence = 0;
    if (policy === "input") this.direction = "input";
    this.#note(now);
  }

  take(now: number, count: number): readonly FakeEvent[] {
    this.#settle(now);
    return this.#events.splice(0, count);
  }

  #settle(now: number): void {
    if (this.#moved === null) return;
    const at = this.#moved + (this.#config?.debounce ?? 0);
    if (now < at) return;
    this.#moved = null;
    this.#stable = this.level;
    this.#tell(at);
  }

  #tell(at: number): void {
    const config = this.#config;
    if (config === null || this.direction !== "input") return;
    const rising = inverted(this.#stable, config.activeLow) === 1;
    if (rising ? !config.rising : !config.falling) return;
    this.#sequence += 1;
    this.#events.push({ at, rising, sequence: this.#sequence });
    if (this.#events.length > this.buffer) this.#events.shift();
  }

  #note(at: number): void {
    const { direction, level } = this;
    const last = this.history.at(-1);
    if (last?.direction === direction && last.level === level) return;
    this.history.push({ at, direction, level });
  }
}
