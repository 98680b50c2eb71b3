/**
 * Accuracy: how often a member that lives is suspected or given up (Chandra and Toueg 1996). Of a
 * member that has crashed nothing is wrong, nor of one that cannot hear its accuser.
 */
import type { NodeId } from "../../../kernel/ids.js";
import type { Instant } from "../../../kernel/time.js";
import type { MembershipOutput } from "../../../membership/ports.js";
import type { FleetOnlooker } from "../fleet.js";
import type { FleetTruth } from "../truth.js";
import type { FleetViews, ViewChange } from "../views.js";

export interface Accuracy {
  /** A detector suspected a live member by itself. */
  readonly localSuspicions: number;
  /** A live member became suspected in somebody's view, by its own detector or another's word. */
  readonly suspectedInView: number;
  /** A live member was given up in somebody's view. */
  readonly givenUpInView: number;
  /** Live members that somebody gave up, each once. */
  readonly givenUp: number;
}

export class AccuracyChecker implements FleetOnlooker<MembershipOutput> {
  readonly #truth: FleetTruth;
  readonly #begins: Instant;
  readonly #givenUp = new Set<NodeId>();
  #localSuspicions = 0;
  #suspectedInView = 0;
  #givenUpInView = 0;

  /** @param begins what was said earlier does not count */
  constructor(truth: FleetTruth, views: FleetViews, begins: Instant) {
    this.#truth = truth;
    this.#begins = begins;
    views.onChange((change) => this.#onChange(change));
  }

  output(at: Instant, member: NodeId, output: MembershipOutput): void {
    if (output.kind !== "peer-suspected") return;
    if (this.#isWrong(at, member, output.peer)) this.#localSuspicions += 1;
  }

  result(): Accuracy {
    return {
      localSuspicions: this.#localSuspicions,
      suspectedInView: this.#suspectedInView,
      givenUpInView: this.#givenUpInView,
      givenUp: this.#givenUp.size,
    };
  }

  #onChange({ at, viewer, subject, to }: ViewChange): void {
    if (to === "trusted" || !this.#isWrong(at, viewer, subject)) return;
    if (to === "suspected") {
      this.#suspectedInView += 1;
      return;
    }
    this.#givenUpInView += 1;
    this.#givenUp.add(subject);
  }

  #isWrong(at: Instant, accuser: NodeId, accused: NodeId): boolean {
    if (at < this.#begins || !this.#truth.isWell(accused)) return false;
    return !this.#truth.areCut(accuser, accused);
  }
}
