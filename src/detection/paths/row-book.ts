/**
 * What is known of the row of one peer: what it said itself, and what each other peer says that it
 * said. Kept apart, because only the first is the peer's own word.
 *
 * - While the peer is heard, its own word counts and no other: nobody can overrule it, with however
 *   great a version.
 * - While it is not, those rows count that are newer than its own last word. Each relay is compared
 *   with itself alone, and of several relays the one with the middle version is believed, the older
 *   of two: a minority that invents versions blocks nobody else's.
 * - A row whose version does not move any more expires. Repeating it does not keep it alive.
 */
import type { NodeId } from "../../kernel/ids.js";
import { due, earlier, type Instant } from "../../kernel/time.js";
import type { Row } from "./messages.js";

interface HeldRow {
  row: Row;
  expiresAt: Instant;
  /** False from the expiry on; the version is still remembered. */
  fresh: boolean;
}

export class RowBook {
  #own: HeldRow | null = null;
  readonly #relayed = new Map<NodeId, HeldRow>();

  /** The peer's own word, in its own frame. `old` where it is not newer than the last. */
  takeOwn(row: Row, expiresAt: Instant): "old" | "same-words" | "new-words" {
    const last = this.#own;
    if (last !== null && compareVersions(row, last.row) <= 0) return "old";
    this.#own = { row, expiresAt, fresh: true };
    return last?.fresh === true && sameWords(row, last.row) ? "same-words" : "new-words";
  }

  /** True when it is newer than what this relay last said, and taken. */
  takeRelayed(relay: NodeId, row: Row, expiresAt: Instant): boolean {
    const last = this.#relayed.get(relay);
    if (last !== undefined && !supersedes(row, last)) return false;
    this.#relayed.set(relay, { row, expiresAt, fresh: true });
    return true;
  }

  /** The peer's own row, for others to learn; null where it is too old to be passed on. */
  own(): Row | null {
    return this.#own?.fresh === true ? this.#own.row : null;
  }

  /** @param heard whether this node hears the peer itself, by whatever path */
  believed(heard: boolean): Row | null {
    const own = this.own();
    if (heard && own !== null) return own;
    return this.#middleRelayed() ?? own;
  }

  /** A relay that is gone, or lives anew, no longer vouches for anything. */
  dropRelay(relay: NodeId): void {
    this.#relayed.delete(relay);
  }

  /** True when a row became too old at `now`. */
  expire(now: Instant): boolean {
    let changed = false;
    for (const held of this.#held()) {
      if (!held.fresh || !due(held.expiresAt, now)) continue;
      held.fresh = false;
      changed = true;
    }
    return changed;
  }

  /** This node slept: what is fresh may have been renewed without its knowing. */
  renew(expiresAt: Instant): void {
    for (const held of this.#held()) if (held.fresh) held.expiresAt = expiresAt;
  }

  firstExpiry(): Instant | null {
    let first: Instant | null = null;
    for (const held of this.#held()) if (held.fresh) first = earlier(first, held.expiresAt);
    return first;
  }

  *#held(): Generator<HeldRow> {
    if (this.#own !== null) yield this.#own;
    yield* this.#relayed.values();
  }

  #middleRelayed(): Row | null {
    const own = this.#own?.row ?? null;
    const rows = [...this.#relayed.values()]
      .filter(({ row, fresh }) => fresh && (own === null || compareVersions(row, own) > 0))
      .map(({ row }) => row)
      .sort(compareVersions);
    return rows[Math.floor((rows.length - 1) / 2)] ?? null;
  }
}

/** Negative where `one` is older. */
export function compareVersions(one: Row, other: Row): number {
  return one.life === other.life ? one.count - other.count : one.life - other.life;
}

function sameWords({ words: one }: Row, { words: other }: Row): boolean {
  if (one.size !== other.size) return false;
  return [...one].every(([name, { heard, silent }]) => {
    const word = other.get(name);
    return word?.heard === heard && word.silent === silent;
  });
}

/**
 * A relay that once told a version which nobody reaches is not believed less for ever: once that
 * row has expired, any other version takes its place. Only the same one does not.
 */
function supersedes(row: Row, last: HeldRow): boolean {
  const order = compareVersions(row, last.row);
  return order > 0 || (!last.fresh && order < 0);
}
