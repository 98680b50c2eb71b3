/**
 * The highest counter that is known of each peer, and which word about it counts as a rise.
 *
 * - A counter is kept while its owner is silent, and after `forget`, for T_cleanup. If it were
 *   dropped at once, the older table of somebody who has not noticed yet would bring it back as
 *   new, and the dead would be trusted again. T_cleanup is 2 T_fail: the last rise reaches the last
 *   node within T_fail, and after another T_fail that node too has ceased to pass it on.
 * - A counter may not leap. Somebody else's word is a rise only as far as the owner can have
 *   counted since; otherwise one huge number, told by mistake or in malice, would make every true
 *   counter look old.
 * - The owner's own word is believed when it is far from what was known: it has started again. A
 *   little lower it is a datagram that was overtaken.
 * - Each life begins to count from a number drawn at random (`firstCounter`), so that the counters
 *   of two lives are far apart, and a new life is told from old tables about the former one.
 */
import { assert } from "../../kernel/assert.js";
import type { NodeId } from "../../kernel/ids.js";
import type { Prng } from "../../kernel/prng.js";
import { type Duration, elapsed, type Instant } from "../../kernel/time.js";

/** Counters of peers that were forgotten; beyond it the oldest are dropped early. */
export const formerCountersMax = 256;
/** A datagram that so many later ones have overtaken is late, and shows no restart. */
export const reorderMax = 8;

/** From 1 to 2^31, so that counters take five bytes on the wire for the first 2^31 periods. */
export const firstCounter = (dice: Prng): number => 1 + dice.below(2 ** 31);

interface Known {
  /** 0: nothing is known. */
  counter: number;
  /** When it rose last, on this node's clock; when the peer was first watched, if never. */
  risenAt: Instant;
}

export interface CounterTimes {
  readonly period: Duration;
  readonly failTime: Duration;
}

export class Counters {
  readonly #present = new Map<NodeId, Known>();
  readonly #former = new Map<NodeId, Known>();

  watch(peer: NodeId, now: Instant): void {
    assert(!this.#present.has(peer), `${peer} is watched twice`);
    this.#present.set(peer, { counter: 0, risenAt: now });
  }

  forget(peer: NodeId): void {
    const known = this.#present.get(peer);
    this.#present.delete(peer);
    // Of one that was watched again and not heard, what was known before is still known.
    if (known === undefined || known.counter === 0) return;
    this.#former.delete(peer);
    this.#former.set(peer, known);
    if (this.#former.size <= formerCountersMax) return;
    const [oldest] = this.#former.keys();
    if (oldest !== undefined) this.#former.delete(oldest);
  }

  /** 0 where nothing is known. */
  of(peer: NodeId): number {
    return this.#present.get(peer)?.counter ?? 0;
  }

  /**
   * Whether the word is a rise, and then it is kept.
   *
   * @param isOwn the counter's owner has said it itself
   */
  rises(peer: NodeId, counter: number, isOwn: boolean, now: Instant, times: CounterTimes): boolean {
    const known = this.#present.get(peer);
    if (known === undefined) return false;
    const isNew = isOwn
      ? isOwnRise(known, counter)
      : this.#isToldRise(peer, known, counter, now, times);
    if (!isNew) return false;
    known.counter = counter;
    known.risenAt = now;
    this.#former.delete(peer);
    return true;
  }

  #isToldRise(peer: NodeId, known: Known, counter: number, now: Instant, times: CounterTimes) {
    if (known.counter > 0) {
      const isDropped = elapsed(known.risenAt, now) >= cleanupTime(times);
      return isDropped || (counter > known.counter && !isLeap(known, counter, now, times));
    }
    const former = this.#former.get(peer);
    if (former === undefined || elapsed(former.risenAt, now) >= cleanupTime(times)) return true;
    const isFar = counter < former.counter - roundsKept(times);
    return isFar || isLeap(former, counter, now, times);
  }
}

const isOwnRise = (known: Known, counter: number): boolean =>
  counter > known.counter || counter < known.counter - reorderMax;

/**
 * What was known may have been T_fail old when it came, and the owner's clock may be fast: twice as
 * fast is more than any.
 */
function isLeap(known: Known, counter: number, now: Instant, times: CounterTimes): boolean {
  const { period, failTime } = times;
  const passed = failTime + 2 * elapsed(known.risenAt, now);
  return counter > known.counter + Math.ceil(passed / period) + 1;
}

/** T_cleanup. */
export const cleanupTime = ({ failTime }: CounterTimes): number => 2 * failTime;

/** No table that anybody still sends holds a counter that is so many periods old. */
const roundsKept = (times: CounterTimes): number => Math.ceil(cleanupTime(times) / times.period);
