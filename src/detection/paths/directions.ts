/**
 * In which directions a path carries. A node sees only one of them itself: that it hears the peer.
 * Whether the peer hears it, the peer must tell; until it does, nothing is known of that direction,
 * which is another thing than knowing that it is broken.
 */

/** Whether a listener hears a speaker by one path. `unknown`: it was not listening for long. */
export type Hearing = "heard" | "silent" | "unknown";

/**
 * As this node sees it: `in-only` when it hears the peer and the peer does not hear it, `out-only`
 * the other way around.
 */
export type Direction = "both" | "in-only" | "out-only" | "none" | "unknown";

/**
 * @param inward whether this node hears the peer
 * @param outward whether the peer says that it hears this node
 */
export function directionOf(inward: Hearing, outward: Hearing): Direction {
  if (inward === "unknown" || outward === "unknown") return "unknown";
  if (inward === "heard") return outward === "heard" ? "both" : "in-only";
  return outward === "heard" ? "out-only" : "none";
}

/** What a listener says of one speaker: a bit for each path, the first path the lowest. */
export interface PathWord {
  readonly heard: number;
  /** Paths that were listened to for long enough to say so. Has no bit of `heard`. */
  readonly silent: number;
}

/** What a word says of one path; a listener that says nothing of the speaker knows nothing. */
export function hearingIn(word: PathWord | undefined, path: number): Hearing {
  if (word === undefined) return "unknown";
  if (((word.heard >> path) & 1) === 1) return "heard";
  return ((word.silent >> path) & 1) === 1 ? "silent" : "unknown";
}
