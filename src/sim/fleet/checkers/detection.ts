/**
 * Detection time: how long after a crash the first member suspects, the last suspects, the first
 * gives up and the last gives up. Whoever takes it back has not noticed yet; whoever crashes itself
 * need not notice any more.
 */
import type { NodeId } from "../../../kernel/ids.js";
import { type Duration, elapsed, type Instant } from "../../../kernel/time.js";
import type { MembershipOutput } from "../../../membership/ports.js";
import type { FleetOnlooker } from "../fleet.js";
import type { FleetTruth } from "../truth.js";
import type { FleetViews, ViewChange } from "../views.js";

/** After the crash; null where it did not happen. */
export interface Detection {
  /** The first detector suspects, by what it saw itself. */
  readonly first: Duration | null;
  /** Everybody at least suspects. */
  readonly everyoneSuspects: Duration | null;
  readonly firstGivesUp: Duration | null;
  readonly everyoneGaveUp: Duration | null;
}

interface Crash {
  readonly at: Instant;
  first: Instant | null;
  firstGivesUp: Instant | null;
  readonly suspecting: Everyone;
  readonly givingUp: Everyone;
}

export class DetectionChecker implements FleetOnlooker<MembershipOutput> {
  readonly #truth: FleetTruth;
  readonly #crashes = new Map<NodeId, Crash>();

  constructor(truth: FleetTruth, views: FleetViews) {
    this.#truth = truth;
    views.onChange((change) => this.#onChange(change));
  }

  /** Told after the truth was. Who suspects the member already, wrongly until now, counts too. */
  crashed(at: Instant, subject: NodeId, views: FleetViews): void {
    for (const { suspecting, givingUp } of this.#crashes.values()) {
      suspecting.drop(at, subject);
      givingUp.drop(at, subject);
    }
    const { up } = this.#truth;
    const trusting = up.filter((viewer) => views.regard(viewer, subject) === "trusted");
    const bearing = up.filter((viewer) => views.regard(viewer, subject) !== "given-up");
    this.#crashes.set(subject, {
      at,
      first: trusting.length < up.length ? at : null,
      firstGivesUp: bearing.length < up.length ? at : null,
      suspecting: new Everyone(at, trusting),
      givingUp: new Everyone(at, bearing),
    });
  }

  /** It is up again: whether anybody noticed does not matter any more. */
  restarted(subject: NodeId): void {
    this.#crashes.delete(subject);
  }

  /** Has everybody given up all who crashed? */
  get isOver(): boolean {
    return [...this.#crashes.values()].every(({ givingUp }) => givingUp.doneAt !== null);
  }

  output(at: Instant, _member: NodeId, output: MembershipOutput): void {
    if (output.kind !== "peer-suspected") return;
    const crash = this.#crashes.get(output.peer);
    if (crash !== undefined) crash.first ??= at;
  }

  /** In the order of the crashes. */
  results(): Detection[] {
    return [...this.#crashes.values()].map(({ at, first, firstGivesUp, suspecting, givingUp }) => {
      const since = (when: Instant | null) => (when === null ? null : elapsed(at, when));
      return {
        first: since(first),
        everyoneSuspects: since(suspecting.doneAt),
        firstGivesUp: since(firstGivesUp),
        everyoneGaveUp: since(givingUp.doneAt),
      };
    });
  }

  #onChange({ at, viewer, subject, to }: ViewChange): void {
    const crash = this.#crashes.get(subject);
    if (crash === undefined) return;
    if (to === "trusted") crash.suspecting.lack(viewer);
    else crash.suspecting.drop(at, viewer);
    if (to === "given-up") {
      crash.firstGivesUp ??= at;
      crash.givingUp.drop(at, viewer);
    } else crash.givingUp.lack(viewer);
  }
}

/** Those who still lack something, and when the last of them had it. */
class Everyone {
  readonly #lacking: Set<NodeId>;
  #doneAt: Instant | null;

  constructor(at: Instant, lacking: readonly NodeId[]) {
    this.#lacking = new Set(lacking);
    this.#doneAt = lacking.length === 0 ? at : null;
  }

  get doneAt(): Instant | null {
    return this.#doneAt;
  }

  drop(at: Instant, id: NodeId): void {
    if (!this.#lacking.delete(id)) return;
    if (this.#lacking.size === 0) this.#doneAt = at;
  }

  lack(id: NodeId): void {
    this.#lacking.add(id);
    this.#doneAt = null;
  }
}
