/**
 * A kernel with GPIO chips, as its source and header describe it: what it takes, refuses and keeps.
 * The places in the structures are those that a C compiler gave, and not taken from the driver.
 *
 * The world outside drives a line by `outside`, and a voltmeter at it shows `level`.
 */
import { constants } from "node:os";
import type { GpioCalls } from "../../../../boards/raspberry-pi/chardev/gpio-calls.js";
import type { Clock } from "../../../../src/host/monotonic-clock.js";
import { type FakeEvent, FakeLine } from "./fake-gpio-line.js";

const { EBUSY, EINVAL, ENODEV, ENOTTY, EPERM, EBADF, EAGAIN, EACCES } = constants.errno;

export interface FakeChip {
  readonly label: string;
  readonly lines: number;
  readonly names?: Readonly<Record<number, string>>;
  /** Nobody of ours may open it. */
  readonly forbidden?: boolean;
}

type File =
  | { readonly kind: "chip"; readonly chip: number }
  | { readonly kind: "line"; readonly line: FakeLine; waits: boolean; readonly buffer: number };

const places = { consumer: 256, config: 288, lines: 560, bufferSize: 564, padding: 568, file: 588 };
const eventBytes = 48;
const kernelEventsMax = 1_024;

export class FakeGpioKernel implements GpioCalls {
  refusal: string | null = null;
  /** Before 5.10 there is version 1 alone. */
  version2 = true;
  /** What a driver does with an output that is given back. */
  onRelease: "hold" | "input" = "input";
  /** Requests of these numbers fail with that error. */
  readonly failures = new Map<number, number>();
  readonly #clock: Clock;
  readonly #chips: readonly FakeChip[];
  readonly #lines: readonly (readonly FakeLine[])[];
  readonly #files = new Map<number, File>();
  #next = 10;
  #gone = false;

  constructor(clock: Clock, chips: readonly FakeChip[]) {
    this.#clock = clock;
    this.#chips = chips;
    this.#lines = chips.map(({ lines }) => Array.from({ length: lines }, () => new FakeLine()));
  }

  get openFiles(): number {
    return this.#files.size;
  }

  line(label: string, offset: number): FakeLine {
    const line = this.#lines[this.#chips.findIndex((chip) => chip.label === label)]?.[offset];
    if (line === undefined) throw new Error(`no line ${offset} of ${label}`);
    return line;
  }

  outside(label: string, offset: number, level: 0 | 1 | null): void {
    this.line(label, offset).outside(this.#clock.now(), level);
  }

  level(label: string, offset: number): 0 | 1 {
    return this.line(label, offset).level;
  }

  /** Another program has the line. */
  occupy(label: string, offset: number, consumer: string): void {
    const line = this.line(label, offset);
    line.used = true;
    line.consumer = consumer;
  }

  /** As at SIGKILL: all files are closed. */
  processEnds(): void {
    for (const file of [...this.#files.keys()]) this.close(file);
  }

  /** The chip was unplugged. */
  unplug(): void {
    this.#gone = true;
  }

  chips(): readonly string[] {
    return this.#chips.map((_, number) => `/dev/gpiochip${number}`);
  }

  open(path: string): number {
    const number = Number(/^\/dev\/gpiochip(\d+)$/.exec(path)?.[1]);
    const chip = this.#chips[number];
    if (chip === undefined) throw thrown("ENOENT", path);
    if (chip.forbidden === true) throw thrown("EACCES", path);
    return this.#keep({ kind: "chip", chip: number });
  }

  close(file: number): void {
    const found = this.#files.get(file);
    if (found === undefined) throw thrown("EBADF", `close ${file}`);
    this.#files.delete(file);
    if (found.kind === "line") found.line.giveBack(this.#clock.now(), this.onRelease);
  }

  neverWait(file: number): number {
    const found = this.#files.get(file);
    if (found?.kind !== "line") return EBADF;
    found.waits = false;
    return 0;
  }

  read(file: number, bytes: Uint8Array): number {
    const found = this.#files.get(file);
    if (found?.kind !== "line") return -EBADF;
    if (this.#gone) return -ENODEV;
    if (bytes.length < eventBytes) return -EINVAL;
    const events = found.line.take(this.#clock.now(), Math.floor(bytes.length / eventBytes));
    if (events.length === 0 && found.waits) throw new Error("this read would wait for ever");
    for (const [index, event] of events.entries()) putEvent(bytes, index * eventBytes, event);
    return events.length * eventBytes;
  }

  ioctl(file: number, request: number, bytes: Uint8Array): number {
    const found = this.#files.get(file);
    if (found === undefined) return EBADF;
    if (this.#gone) return ENODEV;
    const failure = this.failures.get(request);
    if (failure !== undefined) return failure;
    return found.kind === "chip"
      ? this.#askChip(found.chip, request, bytes)
      : this.#askLine(found.line, request, bytes);
  }

  #askChip(number: number, request: number, bytes: Uint8Array): number {
    if (request === 0x8044_b401) return this.#chipInfo(number, bytes);
    if (!this.version2) return EINVAL;
    if (request === 0xc100_b405) return this.#lineInfo(number, bytes);
    return request === 0xc250_b407 ? this.#getLine(number, bytes) : ENOTTY;
  }

  #askLine(line: FakeLine, request: number, bytes: Uint8Array): number {
    if (request === 0xc110_b40d) return configure(line, this.#clock.now(), viewOf(bytes), 0);
    if ((viewOf(bytes).getBigUint64(8, true) & 1n) === 0n) return EINVAL;
    if (request === 0xc010_b40e) {
      viewOf(bytes).setBigUint64(0, BigInt(line.logical(this.#clock.now())), true);
      return 0;
    }
    if (request !== 0xc010_b40f) return ENOTTY;
    if (line.direction !== "output") return EPERM;
    line.drive(this.#clock.now(), (bytes[0] ?? 0) & 1 ? 1 : 0);
    return 0;
  }

  #chipInfo(number: number, bytes: Uint8Array): number {
    if (bytes.length !== 68) return EINVAL;
    putText(bytes, 0, `gpiochip${number}`);
    putText(bytes, 32, this.#chips[number]?.label ?? "");
    viewOf(bytes).setUint32(64, this.#chips[number]?.lines ?? 0, true);
    return 0;
  }

  #lineInfo(number: number, bytes: Uint8Array): number {
    const view = viewOf(bytes);
    const offset = view.getUint32(64, true);
    const line = this.#lines[number]?.[offset];
    if (bytes.length !== 256 || line === undefined) return EINVAL;
    putText(bytes, 0, this.#chips[number]?.names?.[offset] ?? "");
    putText(bytes, 32, line.consumer);
    const used = line.used ? 1n : 0n;
    view.setBigUint64(72, used | (line.direction === "output" ? 8n : 4n), true);
    return 0;
  }

  #getLine(number: number, bytes: Uint8Array): number {
    const view = viewOf(bytes);
    const line = this.#lines[number]?.[view.getUint32(0, true)];
    if (bytes.length !== 592 || line === undefined) return EINVAL;
    if (view.getUint32(places.lines, true) !== 1) return EINVAL;
    if (bytes.subarray(places.padding, places.file).some((byte) => byte !== 0)) return EINVAL;
    if (line.used) return EBUSY;
    const errno = configure(line, this.#clock.now(), view, places.config);
    if (errno !== 0) return errno;
    line.used = true;
    line.consumer = textAt(bytes, places.consumer);
    const wanted = view.getUint32(places.bufferSize, true);
    line.buffer = Math.min(wanted === 0 ? 16 : wanted, kernelEventsMax);
    const file = this.#keep({ kind: "line", line, waits: true, buffer: line.buffer });
    view.setInt32(places.file, file, true);
    return 0;
  }

  #keep(file: File): number {
    this.#next += 1;
    this.#files.set(this.#next, file);
    return this.#next;
  }
}

/** Takes the configuration that begins at `at`, or refuses it as a whole. */
function configure(line: FakeLine, now: number, view: DataView, at: number): number {
  const flags = Number(view.getBigUint64(at, true));
  const count = view.getUint32(at + 8, true);
  const input = (flags & 0x4) !== 0;
  const output = (flags & 0x8) !== 0;
  const bias = (flags >> 8) & 0x7;
  if (flags > 0x1fff || count > 10 || (input && output)) return EINVAL;
  if ((flags & 0x30) !== 0 && !input) return EINVAL;
  if (bias !== 0 && (!(input || output) || (bias & (bias - 1)) !== 0)) return EINVAL;
  for (let word = at + 12; word < at + 32; word += 4) {
    if (view.getUint32(word, true) !== 0) return EINVAL;
  }
  const found = attributesAt(view, at + 32, count);
  if (found === null) return EINVAL;
  line.configure(now, {
    direction: output ? "output" : input ? "input" : null,
    activeLow: (flags & 0x2) !== 0,
    rising: (flags & 0x10) !== 0,
    falling: (flags & 0x20) !== 0,
    pull: bias === 1 ? "up" : bias === 2 ? "down" : "none",
    value: found.value,
    debounce: found.debounce,
  });
  return 0;
}

function attributesAt(view: DataView, start: number, count: number) {
  const found = { value: 0 as 0 | 1, debounce: 0 };
  for (let index = 0; index < count; index += 1) {
    const at = start + index * 24;
    if (view.getUint32(at + 4, true) !== 0) return null;
    const applies = (view.getBigUint64(at + 16, true) & 1n) === 1n;
    const id = view.getUint32(at, true);
    if (id !== 1 && id !== 2 && id !== 3) return null;
    if (applies && id === 2) found.value = (view.getUint32(at + 8, true) & 1) === 1 ? 1 : 0;
    if (applies && id === 3) found.debounce = view.getUint32(at + 8, true);
  }
  return found;
}

function putEvent(bytes: Uint8Array, at: number, event: FakeEvent): void {
  const view = viewOf(bytes);
  view.setBigUint64(at, BigInt(event.at) * 1_000n + 999n, true);
  view.setUint32(at + 8, event.rising ? 1 : 2, true);
  view.setUint32(at + 12, 0, true);
  view.setUint32(at + 16, event.sequence, true);
  view.setUint32(at + 20, event.sequence, true);
}

function putText(bytes: Uint8Array, at: number, text: string): void {
  bytes.fill(0, at, at + 32);
  bytes.set(new TextEncoder().encode(text).subarray(0, 31), at);
}

function textAt(bytes: Uint8Array, at: number): string {
  const [text = ""] = new TextDecoder().decode(bytes.subarray(at, at + 32)).split("\0");
  return text;
}

const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

const thrown = (code: string, path: string): Error =>
  Object.assign(new Error(`${code}: ${path}`), { code });

/** For tests of what a kernel answers. */
export const errno = { EBUSY, EINVAL, ENODEV, EPERM, EAGAIN, EACCES } as const;
