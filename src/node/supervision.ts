/**
 * Which parts of a node the watchdog supervises, and what they must keep to: the control cycle,
 * which reads, votes and commands, and the heartbeat, which tells the others that it is alive. The
 * lease has no work of its own rhythm: who must not drive gets none, and is well.
 *
 * There are two modes. A node is `joining` until it is fit to drive, and again whenever it is not:
 * then a cycle may end without a vote or a command. It is `running` while it is fit: then it must
 * have read its own board before it votes, and command in every cycle. In time it must be in both.
 */
import type { CycleOutput } from "../control/cycle/ports.js";
import { type Duration, type Instant, micros, seconds } from "../kernel/time.js";
import type { EntitySettings } from "../watchdog/supervision/entity.js";
import type {
  SupervisionEvent,
  SupervisionInput,
  SupervisionOptions,
} from "../watchdog/supervision/ports.js";
import type {
  AliveRule,
  DeadlineRule,
  LogicalRule,
  Transition,
} from "../watchdog/supervision/rules.js";
import { RareReports } from "./rare-reports.js";
import type { ClusterSettings, Timing } from "./settings.js";

export const controlEntity = "control-cycle";
export const heartbeatEntity = "heartbeat";

export type NodeMode = "joining" | "running";

/** A reference cycle is so many periods of the entity. */
const periodsPerReference = 4;

/** The dog's patience is worth so many pets: a lost one or a slow timer must not make it bite. */
const petsPerTimeout = 4;

/**
 * So many more cycles out of order or too long than right ones are borne: a busy machine is the
 * business of the detectors and of the lease, which is given up in time.
 */
const wrongCyclesMax = 8;

/** A process that was stopped a few times and works again is not reset for it. */
const restorations = { max: 8, per: seconds(60) };

/** Long enough to look into something, and over before the end of a shift. */
export const snoozeMax = seconds(30 * 60);

export function supervisionOf(now: Instant, settings: ClusterSettings): SupervisionOptions {
  const { timing } = settings;
  const entities = [controlCycle(timing, settings.channels.size > 0), heartbeat(timing)];
  return {
    now,
    entities,
    flows: [],
    modes: ["joining", "running"] satisfies NodeMode[],
    // The dog's own patience is time enough for the evidence: `watchdog` is at least two cycles.
    expiredMax: micros(0),
    restorations,
    petPeriod: micros(Math.max(1, Math.floor(timing.watchdog / petsPerTimeout))),
    snoozeMax,
  };
}

function controlCycle({ cycle, watchdog }: Timing, votes: boolean): EntitySettings {
  const alive = aliveRule("completed", cycle);
  const inTime: DeadlineRule = {
    kind: "deadline",
    start: "began",
    // At the instant of its command, where there is one.
    end: "completed",
    min: micros(0),
    // A command later than its own cycle is of use to nobody.
    max: cycle,
    tolerance: wrongCyclesMax,
  };
  const modes: Record<NodeMode, EntitySettings["modes"][string]> = {
    joining: [alive, inTime, orderRule([...wholeCycle(votes), ...shortCycles])],
    running: [alive, inTime, orderRule(wholeCycle(votes))],
  };
  return { entity: controlEntity, begins: "at-init-complete", grace: watchdog, modes };
}

function heartbeat({ heartbeat: period, watchdog }: Timing): EntitySettings {
  const rules = [aliveRule("beat", period)];
  const modes: Record<NodeMode, typeof rules> = { joining: rules, running: rules };
  return { entity: heartbeatEntity, begins: "at-first-checkpoint", grace: watchdog, modes };
}

/**
 * One checkpoint in four periods is enough: a replica that sleeps now and then is the business of
 * the detectors, one that has stopped is the dog's. Twice as many as expected are too many.
 */
const aliveRule = (checkpoint: string, period: Duration): AliveRule => ({
  kind: "alive",
  checkpoint,
  cycle: micros(periodsPerReference * period),
  expected: periodsPerReference,
  minMargin: periodsPerReference - 1,
  maxMargin: periodsPerReference,
  tolerance: 0,
});

/** A sensor after the other is voted; an app without sensors has none to vote. */
const wholeCycle = (votes: boolean): readonly Transition[] => [
  ["began", "sampled"],
  ["sampled", votes ? "voted" : "commanded"],
  ["voted", "voted"],
  ["voted", "commanded"],
  ["commanded", "completed"],
];

/** What may be left out while there is no majority to vote with, or no state to command from. */
const shortCycles: readonly Transition[] = [
  ["began", "voted"],
  ["began", "commanded"],
  ["began", "completed"],
  ["sampled", "commanded"],
  ["sampled", "completed"],
  ["voted", "completed"],
];

const orderRule = (transitions: readonly Transition[]): LogicalRule => ({
  kind: "logical",
  starts: ["began"],
  ends: ["completed"],
  transitions,
  tolerance: wrongCyclesMax,
});

export const heartbeatCheckpoint: SupervisionInput = {
  kind: "checkpoint",
  entity: heartbeatEntity,
  checkpoint: "beat",
};

/** What the control cycle does, as the supervision is told of it. */
export class CycleCheckpoints {
  #open = false;
  #initialised = false;

  of(output: CycleOutput): readonly SupervisionInput[] {
    if (output.kind === "fitness") {
      const mode: NodeMode = output.unfit === null ? "running" : "joining";
      return [{ kind: "mode", mode }];
    }
    const checkpoint = this.#checkpointOf(output);
    if (checkpoint === null) return [];
    const words: SupervisionInput[] = [{ kind: "checkpoint", entity: controlEntity, checkpoint }];
    // The first cycle that was completed is the handshake: from here on all of it must work.
    if (checkpoint === "completed" && !this.#initialised) {
      this.#initialised = true;
      words.push({ kind: "init-complete", entity: controlEntity });
    }
    return words;
  }

  #checkpointOf(output: CycleOutput): string | null {
    switch (output.kind) {
      case "read": {
        // The board may be read again in the same cycle.
        const begins = !this.#open;
        this.#open = true;
        return begins ? "began" : null;
      }
      case "send-sample":
        return "sampled";
      case "report":
        return output.event.kind === "voted" ? "voted" : null;
      case "commands":
        return "commanded";
      case "completed":
        this.#open = false;
        return "completed";
      default:
        return null;
    }
  }
}

/** What is borne may come often: it is told of an entity once in a while. */
const toleratedEvery = seconds(10);

export class ToleratedReports {
  readonly #rare = new RareReports(toleratedEvery);

  isNews(now: Instant, event: SupervisionEvent): boolean {
    return event.kind !== "supervision-tolerated" || this.#rare.take(now, event.entity) !== null;
  }
}
