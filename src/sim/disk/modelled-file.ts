/**
 * One file of a modelled disk, by sectors: what processes see of it (the cache), what is durable,
 * and every version that a sector has had since it was durable last. After a loss of power each
 * sector holds one of these, whatever the others hold: so writes are torn, lost and reordered.
 *
 * A sector is never changed once it is made. A write makes new ones, of the whole sector as the
 * cache has it, for that is what a kernel writes back.
 */
import { assert } from "../../kernel/assert.js";
import type { ChangeOrder, Tear } from "./tear.js";

/** What a disk writes whole or not at all. */
export const sectorBytes = 512;

/**
 * Of one sector, and of the length, so many versions are kept: on a disk that lies they would pile
 * up. At the maximum the oldest makes room, and is one outcome of a crash less.
 */
const versionsMax = 64;

/** Of a file that grew, at most so many lengths in between are told apart at a crash. */
const lengthsBetweenMax = 8;

type Sector = Uint8Array;

interface SectorVersion {
  readonly order: ChangeOrder;
  readonly sector: Sector;
}

interface Length {
  readonly order: ChangeOrder;
  readonly bytes: number;
}

const zeroes: Sector = new Uint8Array(sectorBytes);

export class ModelledFile {
  #bytes = 0;
  #durableBytes = 0;
  /** Every length since the durable one. */
  #lengths: Length[] = [];
  /** By number of the sector. One that is missing is all zeroes. */
  readonly #cache = new Map<number, Sector>();
  readonly #durable = new Map<number, Sector>();
  /** Oldest first. Invariant: the last one is what the cache has. */
  readonly #versions = new Map<number, SectorVersion[]>();
  readonly #unreadable = new Set<number>();

  /** Its length as processes see it. */
  get bytes(): number {
    return this.#bytes;
  }

  get durableBytes(): number {
    return this.#durableBytes;
  }

  /** Whether a crash could take something away, or leave something. */
  get isDirty(): boolean {
    return this.#versions.size > 0 || this.#lengths.length > 0;
  }

  /** The order of the oldest change that is not durable; null when all is. */
  get oldestOrder(): ChangeOrder | null {
    let oldest = this.#lengths[0]?.order ?? Number.POSITIVE_INFINITY;
    for (const [first] of this.#versions.values()) {
      if (first !== undefined && first.order < oldest) oldest = first.order;
    }
    return oldest === Number.POSITIVE_INFINITY ? null : oldest;
  }

  /** Null when a sector of the range cannot be read. */
  read(offset: number, length: number): Uint8Array | null {
    const end = Math.min(offset + length, this.#bytes);
    if (end <= offset) return new Uint8Array(0);
    const bytes = new Uint8Array(end - offset);
    for (let number = sectorOf(offset); number <= sectorOf(end - 1); number += 1) {
      if (this.#unreadable.has(number)) return null;
      const begin = number * sectorBytes;
      const from = Math.max(offset, begin);
      const sector = this.#cache.get(number) ?? zeroes;
      bytes.set(sector.subarray(from - begin, Math.min(end - begin, sectorBytes)), from - offset);
    }
    return bytes;
  }

  write(order: ChangeOrder, offset: number, bytes: Uint8Array): void {
    const end = offset + bytes.length;
    if (end === offset) return;
    for (let number = sectorOf(offset); number <= sectorOf(end - 1); number += 1) {
      const begin = number * sectorBytes;
      const from = Math.max(offset, begin);
      const sector = (this.#cache.get(number) ?? zeroes).slice();
      const part = bytes.subarray(from - offset, Math.min(end, begin + sectorBytes) - offset);
      sector.set(part, from - begin);
      this.#put(order, number, sector);
    }
    if (end > this.#bytes) this.#setLength(order, end);
  }

  /** What is cut off is zeroes if the file grows again. */
  truncate(order: ChangeOrder, bytes: number): void {
    if (bytes === this.#bytes) return;
    for (const number of [...this.#cache.keys()]) {
      const begin = number * sectorBytes;
      if (begin + sectorBytes <= bytes) continue;
      const sector = (this.#cache.get(number) ?? zeroes)
        .slice()
        .fill(0, Math.max(0, bytes - begin));
      this.#put(order, number, sector);
    }
    this.#setLength(order, bytes);
  }

  /** All changes up to `order` are durable. */
  sync(order: ChangeOrder): void {
    let end = this.#durableBytes;
    for (const [number, versions] of this.#versions) {
      const last = versions.findLast((version) => version.order <= order);
      if (last === undefined) continue;
      this.#durable.set(number, last.sector);
      end = Math.max(end, (number + 1) * sectorBytes);
      this.#keepLater(number, versions, order);
    }
    const length = this.#lengths.findLast((candidate) => candidate.order <= order);
    // A length that a failed sync lost comes back with the data that needs it.
    this.#durableBytes = length?.bytes ?? Math.min(end, Math.max(this.#bytes, this.#durableBytes));
    this.#lengths = this.#lengths.filter((candidate) => candidate.order > order);
  }

  /**
   * A sync failed: some of it may be durable, and what is not has been marked clean, so that no
   * later sync will write it. Processes go on seeing it.
   */
  loseDirty(order: ChangeOrder, tear: Tear): void {
    for (const [number, versions] of this.#versions) {
      const upTo = versions.filter((version) => version.order <= order);
      this.#tearSector(number, upTo, tear);
      this.#keepLater(number, versions, order);
    }
    const upTo = this.#lengths.filter((candidate) => candidate.order <= order);
    this.#tearLength(upTo, tear);
    this.#lengths = this.#lengths.filter((candidate) => candidate.order > order);
  }

  /** The power is gone: what processes see from now on is what survived. */
  crash(tear: Tear): void {
    this.loseDirty(Number.POSITIVE_INFINITY, tear);
    this.#bytes = this.#durableBytes;
    this.#cache.clear();
    for (const [number, sector] of this.#durable) {
      const held = Math.max(0, this.#bytes - number * sectorBytes);
      if (held === 0) this.#durable.delete(number);
      else this.#restore(number, held < sectorBytes ? sector.slice().fill(0, held) : sector);
    }
    assert(!this.isDirty, "a file is dirty after a crash");
  }

  /**
   * Turns one bit of what is durable, and of what processes see where it is the same.
   * @returns false when the byte is not durable: then nothing has changed.
   */
  rot(offset: number, bit: number): boolean {
    const number = sectorOf(offset);
    if (offset >= this.#durableBytes || this.#versions.has(number)) return false;
    const before = this.#durable.get(number) ?? zeroes;
    const rotten = before.slice();
    const place = offset - number * sectorBytes;
    rotten[place] = (rotten[place] as number) ^ (1 << bit);
    this.#durable.set(number, rotten);
    if ((this.#cache.get(number) ?? zeroes) === before) this.#cache.set(number, rotten);
    return true;
  }

  /** The sector at `offset` cannot be read until it is written again. */
  makeUnreadable(offset: number): void {
    this.#unreadable.add(sectorOf(offset));
  }

  /** A file of its own with the same past: what happens to one does not happen to the other. */
  fork(): ModelledFile {
    const fork = new ModelledFile();
    fork.#bytes = this.#bytes;
    fork.#durableBytes = this.#durableBytes;
    fork.#lengths = [...this.#lengths];
    for (const [number, sector] of this.#cache) fork.#cache.set(number, sector);
    for (const [number, sector] of this.#durable) fork.#durable.set(number, sector);
    for (const [number, versions] of this.#versions) fork.#versions.set(number, [...versions]);
    for (const number of this.#unreadable) fork.#unreadable.add(number);
    return fork;
  }

  #put(order: ChangeOrder, number: number, sector: Sector): void {
    this.#cache.set(number, sector);
    this.#unreadable.delete(number);
    const versions = this.#versions.get(number);
    if (versions === undefined) this.#versions.set(number, [{ order, sector }]);
    else pushBounded(versions, { order, sector });
  }

  #setLength(order: ChangeOrder, bytes: number): void {
    this.#bytes = bytes;
    pushBounded(this.#lengths, { order, bytes });
  }

  #keepLater(number: number, versions: readonly SectorVersion[], order: ChangeOrder): void {
    const later = versions.filter((version) => version.order > order);
    if (later.length === 0) this.#versions.delete(number);
    else this.#versions.set(number, later);
  }

  #tearSector(number: number, versions: readonly SectorVersion[], tear: Tear): void {
    if (versions.length === 0) return;
    const chosen = tear.among([0, ...versions.map(({ order }) => order)]);
    const version = versions[chosen - 1];
    if (version !== undefined) this.#durable.set(number, version.sector);
  }

  #tearLength(lengths: readonly Length[], tear: Tear): void {
    if (lengths.length === 0) return;
    const outcomes: Length[] = [{ order: 0, bytes: this.#durableBytes }];
    for (const { order, bytes } of lengths) {
      const before = outcomes.at(-1)?.bytes ?? 0;
      for (const between of lengthsBetween(before, bytes)) outcomes.push({ order, bytes: between });
      outcomes.push({ order, bytes });
    }
    const chosen = outcomes[tear.among(outcomes.map(({ order }) => order))];
    assert(chosen !== undefined, "a tear chose a length that is none");
    this.#durableBytes = chosen.bytes;
  }

  #restore(number: number, sector: Sector): void {
    this.#durable.set(number, sector);
    this.#cache.set(number, sector);
  }
}

function pushBounded<Item>(items: Item[], item: Item): void {
  items.push(item);
  if (items.length > versionsMax) items.shift();
}

const sectorOf = (offset: number): number => Math.floor(offset / sectorBytes);

/** Ends of sectors between two lengths of a file that grew: it may have grown so far only. */
function lengthsBetween(from: number, to: number): number[] {
  const first = sectorOf(from) + 1;
  const count = Math.max(0, sectorOf(to - 1) - first + 1);
  const stride = Math.max(1, Math.ceil(count / lengthsBetweenMax));
  const lengths: number[] = [];
  for (let index = 0; index < count; index += stride) lengths.push((first + index) * sectorBytes);
  return lengths;
}
