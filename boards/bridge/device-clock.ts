/**
 * A device's time on this node's clock. A frame takes some time to arrive, and never less than
 * none, so of the differences between arrival and device time the smallest is the nearest to the
 * truth (Cristian 1989 takes the shortest of several round trips for the same reason).
 *
 * The smallest of the last ten seconds is taken: a quartz of the one drifts against that of the
 * other, a ceramic resonator by up to 0.5 %. Only time counts that passed on both sides alike.
 * While this process is stopped it passes here alone, and when it reads what waited in a buffer, on
 * the device alone: so frames that waited are as old as they are, however long the stop was. A
 * device that stood still (a simulated one may) is believed again after ten seconds.
 *
 * Invariant: no instant is later than the arrival of its frame, nor earlier than one told before.
 */
import { type Duration, type Instant, instant, seconds } from "../../src/kernel/time.js";

/** The smallest difference of so long counts. */
export const offsetWindow: Duration = seconds(10);

/** The window in pieces, each with its smallest difference. */
const piecesMax = 10;
const pieceLength = offsetWindow / piecesMax;

/** Where one side is more than so many times faster, it was stopped, or reads what waited. */
const paceMax = 1.25;

/** A device time that jumps by more than this is another start, or nonsense. */
export const jumpMax: Duration = seconds(5);

const wrap = 2 ** 32;

interface Piece {
  readonly number: number;
  smallest: number;
}

/** The same moment on both sides, but for what a frame takes. */
interface Mark {
  readonly arrival: number;
  readonly ticks: number;
}

export class DeviceClock {
  readonly #pieces: Piece[] = [];
  /** Where the time is measured from that passes on both sides. */
  #mark: Mark | null = null;
  /** Time that has passed on both sides. */
  #shared = 0;
  /** Device time without wrapping; null before the first frame. */
  #newest: number | null = null;
  #told = 0;
  #jumps = 0;

  /** How often the device's time jumped. */
  get jumps(): number {
    return this.#jumps;
  }

  /** The device was started again: its time has nothing to do with what it was. */
  restart(): void {
    this.#newest = null;
    this.#mark = null;
    this.#pieces.length = 0;
  }

  /**
   * When it was on the device, on our clock.
   *
   * @param arrival of the frame; it does not go back from one call to the next
   * @param time of the device, as it is in the frame
   */
  toInstant(arrival: Instant, time: number): Instant {
    const ticks = this.#unwrap(time);
    const smallest = this.#smallest();
    const isJump = smallest !== null && arrival - ticks < smallest - jumpMax;
    if (isJump) this.#onJump();
    const kept = isJump ? time : ticks;
    this.#note({ arrival, ticks: kept });
    const at = Math.max(kept + (this.#smallest() ?? 0), this.#told, 0);
    this.#told = Math.min(at, arrival);
    return instant(this.#told);
  }

  /** How far a device time is from where it should be at `now`; null where nothing is known. */
  deviation(now: Instant, time: number): number | null {
    const smallest = this.#smallest();
    return smallest === null ? null : Math.abs(now - this.#ticksOf(time) - smallest);
  }

  #unwrap(time: number): number {
    const ticks = this.#ticksOf(time);
    this.#newest = Math.max(this.#newest ?? ticks, ticks);
    return ticks;
  }

  /** The nearest to the newest one: edges are told a little after the beat that follows them. */
  #ticksOf(time: number): number {
    if (this.#newest === null) return time;
    const ahead = (((time - this.#newest) % wrap) + wrap) % wrap;
    return this.#newest + (ahead < wrap / 2 ? ahead : ahead - wrap);
  }

  #onJump(): void {
    this.#jumps += 1;
    this.restart();
  }

  #note(moment: Mark): void {
    this.#newest ??= moment.ticks;
    this.#share(moment);
    const difference = moment.arrival - moment.ticks;
    const number = Math.floor(this.#shared / pieceLength);
    const piece = this.#pieces.find((one) => one.number === number);
    if (piece !== undefined) piece.smallest = Math.min(piece.smallest, difference);
    else this.#pieces.push({ number, smallest: difference });
    const kept = this.#pieces.filter((one) => one.number > number - piecesMax);
    this.#pieces.splice(0, this.#pieces.length, ...kept);
  }

  /** In steps as long as a piece, so that what frames take on their way hardly counts. */
  #share(moment: Mark): void {
    this.#mark ??= moment;
    const [here, there] = [moment.arrival - this.#mark.arrival, moment.ticks - this.#mark.ticks];
    if (Math.max(here, there) < pieceLength) return;
    const [less, more] = [Math.min(here, there), Math.max(here, there)];
    if (more <= less * paceMax) this.#shared += less;
    this.#mark = moment;
  }

  #smallest(): number | null {
    if (this.#pieces.length === 0) return null;
    return Math.min(...this.#pieces.map(({ smallest }) => smallest));
  }
}
