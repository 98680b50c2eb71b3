/**
 * The two parties of contention, as they are kept: a task with what it holds and waits for, and a
 * resource with who holds it and who waits. Only `Contention` and the chain walk touch them.
 *
 * Invariants, for a task T and a resource R:
 * - R is in `T.holds` if and only if T is `R.holder`.
 * - T is in `R.queue` if and only if T waits for R and was not woken; woken, it is `R.woken`.
 * - R has a holder, or a woken waiter, or nobody waits for it.
 */
import { assert, unreachable } from "../../kernel/assert.js";
import { type Priority, priority } from "../priority.js";
import type { LockResult, ResourceProtocol, ResourceSettings, UnlockResult } from "./ports.js";
import { WaitQueue } from "./wait-queue.js";

export const lowest = priority(0);

export class Contender {
  readonly name: string;
  base: Priority;
  /** What `entitled` says, except within a walk that has not come here yet. */
  effective: Priority;
  /** The effective priority that the host was last told of. */
  told: Priority;
  /** Is it in the list of those whose priority may have changed? */
  listed = false;
  /** In the order in which they were taken. */
  readonly holds: Contended[] = [];
  waitsFor: Contended | null = null;
  /** May it claim what it waits for? */
  woken = false;
  arrival = 0;
  #waitsForIt: LockResult | null = null;
  #wakesIt: UnlockResult | null = null;

  constructor(name: string, base: Priority) {
    this.name = name;
    this.base = base;
    this.effective = base;
    this.told = base;
  }

  // What others are told on its account is made once, when it is first needed: most tasks end
  // without ever having kept anybody waiting.

  get waitsForIt(): LockResult {
    this.#waitsForIt ??= Object.freeze({ kind: "waits", holder: this.name });
    return this.#waitsForIt;
  }

  get wakesIt(): UnlockResult {
    this.#wakesIt ??= Object.freeze({ kind: "unlocked", woken: this.name });
    return this.#wakesIt;
  }

  /** The one rule. A woken waiter counts as the holder: nobody else can bring it to its claim. */
  entitled(): Priority {
    let level = this.base;
    for (const { lent } of this.holds) if (lent > level) level = lent;
    const claimable = this.woken ? this.waitsFor : null;
    if (claimable !== null && claimable.lent > level) level = claimable.lent;
    return level;
  }

  take(resource: Contended): void {
    assert(resource.holder === null && resource.woken === null, "taken from another");
    resource.holder = this;
    resource.depth = 1;
    this.holds.push(resource);
  }

  drop(resource: Contended): void {
    assert(resource.holder === this, "dropped by another");
    resource.holder = null;
    resource.depth = 0;
    // Most are released in the order of a stack.
    const index = this.holds.lastIndexOf(resource);
    if (index === this.holds.length - 1) this.holds.pop();
    else this.holds.splice(index, 1);
  }
}

export class Contended {
  readonly name: string;
  readonly recursive: boolean;
  /** Null but for a ceiling resource. */
  readonly ceiling: Priority | null;
  readonly inherits: boolean;
  readonly queue = new WaitQueue<Contender>();
  holder: Contender | null = null;
  /** The waiter that may claim it; never while there is a holder. */
  woken: Contender | null = null;
  /** How often its holder has locked it. */
  depth = 0;
  /** Did its last holder end while it held it? The next that takes it is told. */
  ownerDied = false;

  constructor(settings: ResourceSettings) {
    this.name = settings.name;
    this.recursive = settings.recursive ?? false;
    this.ceiling = ceilingOf(settings.protocol);
    this.inherits = settings.protocol.kind === "inheritance";
  }

  /** The least priority at which who has it runs. */
  get lent(): Priority {
    if (this.inherits) return this.queue.first?.effective ?? lowest;
    return this.ceiling ?? lowest;
  }

  /** Whom its waiters wait for: its holder or who is about to be. */
  get obstacle(): Contender | null {
    return this.holder ?? this.woken;
  }
}

function ceilingOf(protocol: ResourceProtocol): Priority | null {
  switch (protocol.kind) {
    case "none":
    case "inheritance":
      return null;
    case "ceiling":
      return protocol.ceiling;
    default:
      return unreachable(protocol);
  }
}
