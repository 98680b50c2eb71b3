/**
 * The paths to one peer, as this node hears them and as the peer says that it hears this node.
 *
 *     unknown --frame--> heard --silenceMax without one--> silent --frame--> heard
 *     unknown --silenceMax without one--> silent
 *
 * A path *has worked* once both directions were known to carry. Such a path is *lost* while one of
 * them is known not to; a path that never worked is no loss, only not there.
 */
import { assert } from "../../kernel/assert.js";
import type { NodeId } from "../../kernel/ids.js";
import { after, type Duration, due, earlier, type Instant } from "../../kernel/time.js";
import {
  type Direction,
  directionOf,
  type Hearing,
  hearingIn,
  type PathWord,
} from "./directions.js";

export interface PathOptions {
  readonly name: string;
  /** By this path a peer is silent after so long without a frame. More than 0. */
  readonly silenceMax: Duration;
}

/**
 * `cut`: nothing gets through to the peer, or nothing from it; so also before anything did.
 * `degraded`: each hears the other, but a path that has worked is lost. `whole`: none is.
 */
export type PeerLevel = "whole" | "degraded" | "cut";

export type PathOutput =
  | {
      readonly kind: "path-lost" | "direction-changed";
      readonly peer: NodeId;
      /** The name of the path. */
      readonly path: string;
      readonly direction: Direction;
    }
  | { readonly kind: "path-restored"; readonly peer: NodeId; readonly path: string }
  | {
      readonly kind: "peer-whole" | "peer-degraded" | "peer-cut";
      readonly peer: NodeId;
    };

export interface PathStanding {
  readonly path: string;
  /** When the peer was last heard by it, on this node's clock; null if never. */
  readonly heardAt: Instant | null;
  readonly direction: Direction;
  readonly lost: boolean;
}

export interface PeerPathsStanding {
  readonly peer: NodeId;
  readonly level: PeerLevel;
  /** In the order of the options. */
  readonly paths: readonly PathStanding[];
}

interface PathRecord {
  readonly name: string;
  readonly silenceMax: Duration;
  inward: Hearing;
  outward: Hearing;
  direction: Direction;
  heardAt: Instant | null;
  silenceEnds: Instant;
  worked: boolean;
  lost: boolean;
}

export class PeerPaths {
  readonly #peer: NodeId;
  readonly #paths: readonly PathRecord[];
  #level: PeerLevel = "cut";

  constructor(now: Instant, peer: NodeId, paths: readonly PathOptions[]) {
    this.#peer = peer;
    this.#paths = paths.map(({ name, silenceMax }) => ({
      ...{ name, silenceMax, inward: "unknown", outward: "unknown", direction: "unknown" },
      ...{ heardAt: null, silenceEnds: after(now, silenceMax), worked: false, lost: false },
    }));
  }

  /** True when the path was not heard before: only then is there anything to judge. */
  hear(now: Instant, index: number): boolean {
    const path = this.#paths[index];
    assert(path !== undefined, `there is no path ${index}`);
    path.heardAt = now;
    path.silenceEnds = after(now, path.silenceMax);
    if (path.inward === "heard") return false;
    path.inward = "heard";
    return true;
  }

  /** True when a silence reached its maximum at `now`. */
  fallSilent(now: Instant): boolean {
    let changed = false;
    for (const path of this.#paths) {
      if (path.inward === "silent" || !due(path.silenceEnds, now)) continue;
      path.inward = "silent";
      changed = true;
    }
    return changed;
  }

  /** Every silence that has not yet been judged begins anew. */
  beginAnew(now: Instant): void {
    for (const path of this.#paths) path.silenceEnds = after(now, path.silenceMax);
  }

  /** When the first silence reaches its maximum; null when all have. */
  firstSilence(): Instant | null {
    let first: Instant | null = null;
    for (const { inward, silenceEnds } of this.#paths) {
      if (inward !== "silent") first = earlier(first, silenceEnds);
    }
    return first;
  }

  get heard(): boolean {
    return this.#paths.some(({ inward }) => inward === "heard");
  }

  /** This node's own word of the peer. */
  word(): PathWord {
    const bitsOf = (hearing: Hearing): number =>
      this.#paths.reduce(
        (bits, { inward }, index) => (inward === hearing ? bits | (1 << index) : bits),
        0,
      );
    return { heard: bitsOf("heard"), silent: bitsOf("silent") };
  }

  /** @param word what the peer says of this node; undefined where that is not known */
  judge(word: PathWord | undefined): readonly PathOutput[] {
    const outputs: PathOutput[] = [];
    for (const [index, path] of this.#paths.entries()) {
      const output = this.#judgePath(path, hearingIn(word, index));
      if (output !== null) outputs.push(output);
    }
    const level = this.#levelNow();
    if (level !== this.#level) outputs.push({ kind: `peer-${level}`, peer: this.#peer });
    this.#level = level;
    return outputs;
  }

  standing(): PeerPathsStanding {
    const paths = this.#paths.map(({ name, heardAt, direction, lost }) => ({
      ...{ path: name, heardAt, direction, lost },
    }));
    return { peer: this.#peer, level: this.#level, paths };
  }

  #judgePath(path: PathRecord, outward: Hearing): PathOutput | null {
    const { name, inward, lost: wasLost, direction: before } = path;
    const direction = directionOf(inward, outward);
    path.outward = outward;
    path.direction = direction;
    path.worked ||= direction === "both";
    path.lost = path.worked && (inward === "silent" || outward === "silent");
    const fields = { peer: this.#peer, path: name };
    if (!path.lost) return wasLost ? { kind: "path-restored", ...fields } : null;
    if (!wasLost) return { kind: "path-lost", ...fields, direction };
    return direction === before ? null : { kind: "direction-changed", ...fields, direction };
  }

  /**
   * Frames go by all paths at once, so one path each way is enough: a peer that is heard by one and
   * hears by another is degraded, not cut.
   */
  #levelNow(): PeerLevel {
    const worked = this.#paths.filter((path) => path.worked);
    const deaf = worked.every(({ outward }) => outward === "silent");
    if (!this.heard || deaf) return "cut";
    return worked.some(({ lost }) => lost) ? "degraded" : "whole";
  }
}
