/**
 * Which of two claims about a member stands (SWIM, section 4.2, with the lives of our nodes in
 * front). A pure rule on numbers, so that all members who have heard the same claims, in whatever
 * order, hold the same view:
 *
 * - A newer life beats an older one.
 * - Within a life, a higher incarnation beats a lower one.
 * - At the same incarnation suspect beats alive, and dead and left beat both.
 *
 * What is ours, and not SWIM's: a newer life that only others tell of does not push out a member
 * that we have heard ourselves and that is alive. It is a lead, and the member itself is asked.
 * Otherwise one lie would remove anybody.
 */
import { unreachable } from "../kernel/assert.js";
import type { AccusingClaim, AliveClaim, Claim, LeftClaim } from "./claims.js";
import type { Standing } from "./member-table.js";

export type Ruling =
  | "ignore"
  /** The claim is what stands from now on. */
  | "apply"
  /** It stands already; there is one more who says so. */
  | "confirm"
  /** It stands already, and the claim may say a rank or an address that was not known. */
  | "fill"
  /** Of one given up or gone: only the incarnation is raised, so that less brings it back. */
  | "raise"
  /** To be verified; nothing changes. */
  | "lead";

/** @param known null: nobody of that name is in the view. */
export function ruling(known: Standing | null, claim: Claim): Ruling {
  if (known === null) return claim.status === "alive" ? "apply" : "ignore";
  if (claim.life === 0 && known.life > 0) return inSameLife(known, claim);
  if (claim.life < known.life) return "ignore";
  if (claim.life > known.life) return ofNewerLife(known, claim);
  return inSameLife(known, claim);
}

function ofNewerLife(known: Standing, claim: Claim): Ruling {
  if (known.heard && known.state === "alive") return "lead";
  if (claim.status === "alive") return "apply";
  // Who was never seen is not given up: its seat stays expected.
  return known.state === "expected" ? "ignore" : "apply";
}

function inSameLife(known: Standing, claim: Claim): Ruling {
  switch (claim.status) {
    case "alive":
      return ofAlive(known, claim);
    case "suspect":
      return ofSuspect(known, claim);
    case "dead":
    case "left":
      return ofDead(known, claim);
    default:
      return unreachable(claim);
  }
}

function ofAlive(known: Standing, claim: AliveClaim): Ruling {
  if (claim.incarnation > known.incarnation) return "apply";
  return claim.incarnation === known.incarnation ? "fill" : "ignore";
}

function ofSuspect(known: Standing, claim: AccusingClaim): Ruling {
  if (claim.incarnation < known.incarnation) return "ignore";
  const isNewer = claim.incarnation > known.incarnation;
  switch (known.state) {
    case "alive":
      return "apply";
    case "suspected":
    case "unreachable":
      return isNewer ? "apply" : "confirm";
    case "expected":
    case "dead":
    case "left":
      return "ignore";
    default:
      return unreachable(known.state);
  }
}

function ofDead(known: Standing, claim: AccusingClaim | LeftClaim): Ruling {
  if (claim.incarnation < known.incarnation) return "ignore";
  switch (known.state) {
    case "alive":
    case "suspected":
    case "unreachable":
      return "apply";
    case "dead":
    case "left":
      return claim.incarnation > known.incarnation ? "raise" : "ignore";
    case "expected":
      return "ignore";
    default:
      return unreachable(known.state);
  }
}
