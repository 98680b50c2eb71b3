/**
 * The app's state on one replica, and whether it may be trusted.
 *
 * The replicas run the same pure function, so their states are equal as long as their inputs were.
 * They are not always: a sample may reach two replicas and miss the third. So every replica
 * publishes the digest of its state with each sample, and one that differs from the majority takes
 * the majority's state, as does one that has just started.
 *
 * The state of an older cycle is taken and rolled forward: the inputs of the newest cycles are
 * kept, and the app is run on them again. So a reply that comes a cycle late still repairs.
 *
 * Where there is no majority (two replicas left that differ, or three states) somebody's state must
 * stand: that of the replica which drives, for the plant has felt it; failing that the largest
 * group's; failing that the lowest id's. All that hear the same choose the same.
 */
import { assert } from "../../kernel/assert.js";
import { majorityOf, type NodeId } from "../../kernel/ids.js";
import { type Duration, micros } from "../../kernel/time.js";
import type { App, VotedInput } from "../app.js";
import { type AppFault, type AppSuccess, runApp } from "../app-runner.js";
import { sealState } from "./plain.js";

/** `fresh`: just started, has no state. `diverged`: differs from the one that stands. */
export type Standing = "fresh" | "consistent" | "diverged";

export interface ReplicaStateOptions {
  readonly self: NodeId;
  readonly nodes: readonly NodeId[];
  readonly app: App;
  /** The length of a control cycle. */
  readonly cycle: Duration;
}

/** What a peer says of its own state after a given cycle. */
export interface Claim {
  readonly node: NodeId;
  readonly fresh: boolean;
  /** Null when it has no state that it trusts. */
  readonly digest: number | null;
}

export type Judgement =
  | { readonly kind: "stands" }
  /** Nobody has a state: the app's initial one is taken. */
  | { readonly kind: "began" }
  /** Nobody else has had a state for so long that ours, once given up, is the best there is. */
  | { readonly kind: "reinstated" }
  /** Take the state of `cycle` from `target`; `diverged` when this is news. */
  | { readonly kind: "ask"; readonly target: NodeId; readonly diverged: boolean };

/** How many cycles back a state can be taken from a peer and rolled forward. */
export const historyLengthMax = 8;

/** So many cycles without anybody's state, and a replica that gave up its own takes it back. */
const orphanedCyclesMax = 10;

interface Entry {
  readonly cycle: number;
  readonly inputs: Readonly<Record<string, VotedInput>>;
  /** What the app saw of its replicated state. */
  readonly replicated: unknown;
  /** The state after the cycle; absent on a replica that has none. */
  after: { readonly state: unknown; readonly digest: number } | null;
}

interface Wanted {
  readonly digest: number;
  /** Whether a majority holds this state, or only those whose state stands for want of one. */
  readonly byMajority: boolean;
}

export class ReplicaState {
  readonly #options: ReplicaStateOptions;
  readonly #history: Entry[] = [];
  #standing: Standing = "fresh";
  /** By cycle, the state that was asked for. At most as many as the history holds. */
  readonly #wanted = new Map<number, Wanted>();
  #orphanedCycles = 0;

  constructor(options: ReplicaStateOptions) {
    this.#options = options;
  }

  get standing(): Standing {
    return this.#standing;
  }

  /**
   * The digest to publish for a cycle: null unless the state is one that stands. A cycle that was
   * left out changed nothing: the state after it is that of before, and it is compared like any
   * other.
   */
  digestAfter(cycle: number): number | null {
    if (this.#standing !== "consistent") return null;
    return this.#newestUpTo(cycle)?.after?.digest ?? null;
  }

  /** The state after `cycle`, for a peer that asks; null when it is not known or not trusted. */
  stateAfter(cycle: number): { readonly state: unknown } | null {
    if (this.#standing !== "consistent") return null;
    return this.#newestUpTo(cycle)?.after ?? null;
  }

  /**
   * The cluster's clock was moved, and the cycles have other numbers now: the newest state stands
   * after `cycle`. It is not thrown away, for it may be the only one that is left.
   */
  renumber(cycle: number): void {
    const after = this.#history.at(-1)?.after ?? null;
    this.#history.length = 0;
    this.#wanted.clear();
    if (after !== null) this.#history.push({ cycle, inputs: {}, replicated: null, after });
  }

  /** Runs the app on the inputs of the next cycle. Null while there is no state to run it on. */
  advance(
    cycle: number,
    inputs: Readonly<Record<string, VotedInput>>,
    replicated: unknown = null,
  ): AppSuccess | AppFault | null {
    const last = this.#history.at(-1);
    assert(last === undefined || last.cycle < cycle, `cycle ${cycle} is not after ${last?.cycle}`);
    const entry: Entry = { cycle, inputs, replicated, after: null };
    this.#history.push(entry);
    if (this.#history.length > historyLengthMax) this.#history.shift();
    return this.#run(last ?? null, entry);
  }

  /** Compares the states after `cycle`, ours and those of the peers that were heard. */
  judge(cycle: number, claims: readonly Claim[], driver: NodeId | null): Judgement {
    const mine = this.#standing === "consistent" ? this.digestAfter(cycle) : null;
    const groups = this.#groups(mine, claims);
    const standing = this.#digestThatStands(groups, driver);
    if (standing === null) return this.#judgeAlone(claims);
    this.#orphanedCycles = 0;
    if (standing === mine || (this.#standing === "consistent" && mine === null)) {
      return { kind: "stands" };
    }
    const diverged = this.#standing === "consistent";
    if (diverged) this.#standing = "diverged";
    const group = groups.get(standing);
    assert(group !== undefined && group.length > 0, "a digest that stands has nobody behind it");
    this.#want(cycle, { digest: standing, byMajority: this.#isMajority(group) });
    return { kind: "ask", target: group[cycle % group.length] as NodeId, diverged };
  }

  /** Whether this is a state that was asked for: the digest that the others published must fit. */
  isWanted(cycle: number, state: unknown): boolean {
    const wanted = this.#wanted.get(cycle);
    if (wanted === undefined) return false;
    const sealed = sealState(state);
    return sealed.ok && sealed.digest === wanted.digest;
  }

  /** Whether the state that was asked for is a majority's. */
  isWantedOfMajority(cycle: number): boolean {
    return this.#wanted.get(cycle)?.byMajority ?? false;
  }

  /**
   * Takes a state that a peer sent. False, and nothing changed, unless it is the one that was asked
   * for: the digest that the others published must fit.
   */
  adopt(cycle: number, state: unknown): boolean {
    const wanted = this.#wanted.get(cycle);
    const later = this.#history.filter((entry) => entry.cycle > cycle);
    // Inputs that have left the history cannot be run again; a newer state will be asked for.
    if (wanted === undefined || later.length === historyLengthMax) return false;
    const sealed = sealState(state);
    if (!sealed.ok || sealed.digest !== wanted.digest) return false;

    this.#trust();
    let last: Entry = { cycle, inputs: {}, replicated: null, after: sealed };
    this.#history.splice(0, this.#history.length, last, ...later);
    for (const entry of later) {
      this.#run(last, entry);
      last = entry;
    }
    return true;
  }

  #want(cycle: number, wanted: Wanted): void {
    this.#wanted.set(cycle, wanted);
    for (const oldest of this.#wanted.keys()) {
      if (this.#wanted.size <= historyLengthMax) return;
      this.#wanted.delete(oldest);
    }
  }

  #newestUpTo(cycle: number): Entry | undefined {
    return this.#history.findLast((entry) => entry.cycle <= cycle);
  }

  #run(before: Entry | null, entry: Entry): AppSuccess | AppFault | null {
    if (this.#standing === "fresh" || (before !== null && before.after === null)) return null;
    const { app, cycle } = this.#options;
    const start = before?.after ?? this.#initial();
    const cycles = before === null ? 1 : entry.cycle - before.cycle;
    const step = micros(cycles * cycle);
    const { inputs, replicated } = entry;
    const answer = runApp(app, start.state, { cycle: entry.cycle, step, inputs, replicated });
    entry.after = answer.ok ? { state: answer.state, digest: answer.digest } : start;
    return answer;
  }

  #initial(): { readonly state: unknown; readonly digest: number } {
    const sealed = sealState(this.#options.app.initial);
    assert(sealed.ok, "the app's initial state is checked when the app is loaded");
    return sealed;
  }

  #groups(mine: number | null, claims: readonly Claim[]): Map<number, NodeId[]> {
    const groups = new Map<number, NodeId[]>();
    const all = mine === null ? claims : [...claims, { node: this.#options.self, digest: mine }];
    for (const { node, digest } of all) {
      if (digest === null) continue;
      const group = groups.get(digest);
      if (group === undefined) groups.set(digest, [node]);
      else group.push(node);
    }
    for (const group of groups.values()) group.sort();
    return groups;
  }

  #digestThatStands(groups: Map<number, NodeId[]>, driver: NodeId | null): number | null {
    let chosen: { digest: number; group: NodeId[] } | null = null;
    for (const [digest, group] of groups) {
      if (this.#isMajority(group)) return digest;
      if (chosen === null || outranks(group, chosen.group, driver)) chosen = { digest, group };
    }
    return chosen?.digest ?? null;
  }

  #isMajority(group: readonly NodeId[]): boolean {
    return group.length >= majorityOf(this.#options.nodes.length);
  }

  /** Nobody that is heard has a state, and we have none either. */
  #judgeAlone(claims: readonly Claim[]): Judgement {
    const enough = claims.length + 1 >= majorityOf(this.#options.nodes.length);
    if (this.#standing === "consistent" || !enough) return { kind: "stands" };
    if (this.#standing === "fresh") {
      if (!claims.every((claim) => claim.fresh)) return { kind: "stands" };
      this.#begin();
      return { kind: "began" };
    }
    this.#orphanedCycles += 1;
    if (this.#orphanedCycles < orphanedCyclesMax) return { kind: "stands" };
    this.#trust();
    return { kind: "reinstated" };
  }

  /** Inputs from before the beginning are not part of anybody's state. */
  #begin(): void {
    this.#history.length = 0;
    this.#trust();
  }

  /** What was asked for before is not wanted any more, should it still come. */
  #trust(): void {
    this.#standing = "consistent";
    this.#wanted.clear();
    this.#orphanedCycles = 0;
  }
}

/** Whether a group without a majority comes before another: see the head of this file. */
function outranks(group: NodeId[], other: NodeId[], driver: NodeId | null): boolean {
  const drives = driver !== null && group.includes(driver);
  const otherDrives = driver !== null && other.includes(driver);
  if (drives !== otherDrives) return drives;
  if (group.length !== other.length) return group.length > other.length;
  return (group[0] as NodeId) < (other[0] as NodeId);
}
