/**
 * Two seconds on Mars in virtual time: the executive runs the tasks, the supervision watches the
 * distribution, and the dog is petted while that is well. When it is not, the evidence is taken at
 * once, and the dog resets the craft when its patience is over.
 */
import { due, earlier, type Instant, instant, millis, seconds } from "../../src/kernel/time.js";
import type { ResourceProtocol } from "../../src/scheduling/contention/ports.js";
import type { ExecutiveEvent } from "../../src/scheduling/executive/events.js";
import { Executive } from "../../src/scheduling/executive/executive.js";
import { VirtualTime } from "../../src/scheduling/executive/run-virtually.js";
import { MockWatchdog } from "../../src/watchdog/device.js";
import {
  type EntityEvidence,
  type EvidenceRecord,
  entriesMax,
} from "../../src/watchdog/evidence.js";
import type { SupervisionOutput } from "../../src/watchdog/supervision/ports.js";
import { Supervision } from "../../src/watchdog/supervision/supervision.js";
import { distributionMax, equip } from "./craft.js";
import { entryOf } from "./timeline.js";

export interface Entry {
  readonly at: Instant;
  readonly text: string;
}

export interface Mission {
  /** What is worth telling, in order. */
  readonly entries: readonly Entry[];
  readonly deadlinesMissed: number;
  /** Null if no pet was ever withheld. */
  readonly evidence: EvidenceRecord | null;
  /** When the watchdog reset the craft; null if it did not. */
  readonly resetAt: Instant | null;
  readonly pets: number;
}

const missionEnds = instant(seconds(2) + millis(900));
const distribution = "bus-distribution";

export function fly(protocol: ResourceProtocol): Mission {
  return new Flight(protocol).run();
}

class Flight {
  readonly #time = new VirtualTime();
  readonly #executive = new Executive({ now: this.#time.now, usualEvents: true });
  readonly #supervision = new Supervision({
    now: this.#time.now,
    entities: [{ entity: distribution, begins: "at-first-checkpoint", grace: seconds(1), modes }],
    flows: [],
    modes: ["surface"],
    expiredMax: millis(0),
    restorations: { max: 0, per: seconds(1) },
    petPeriod: millis(50),
    snoozeMax: seconds(1),
  });
  readonly #dog = new MockWatchdog(this.#time.now, millis(150));
  readonly #entries: Entry[] = [];
  #deadlinesMissed = 0;
  #evidence: EvidenceRecord | null = null;

  constructor(protocol: ResourceProtocol) {
    const checkpoint = (name: string): void => {
      const input = { kind: "checkpoint", entity: distribution, checkpoint: name } as const;
      this.#carryOut(this.#supervision.step(this.#time.now, input));
    };
    equip({ executive: this.#executive, time: this.#time, checkpoint }, protocol);
  }

  run(): Mission {
    while (this.#time.now < missionEnds && !this.#dog.bitten(this.#time.now)) this.#goOn();
    const reset = this.#dog.bitten(this.#time.now);
    if (reset) this.#tell(this.#dog.biteAt(), "the watchdog resets the craft");
    return {
      entries: this.#entries,
      deadlinesMissed: this.#deadlinesMissed,
      evidence: this.#evidence,
      resetAt: reset ? this.#dog.biteAt() : null,
      pets: this.#dog.pets,
    };
  }

  #goOn(): void {
    const ran = this.#executive.runSlice(this.#time.read);
    for (const event of this.#executive.drainEvents()) this.#note(event);
    if (due(this.#supervision.deadline(), this.#time.now))
      this.#carryOut(this.#supervision.step(this.#time.now, { kind: "timeout" }));
    if (ran) return;
    const next = earlier(this.#executive.deadline(), this.#supervision.deadline());
    this.#time.jumpTo(earlier(next, this.#dog.biteAt()) ?? missionEnds);
  }

  #note(event: ExecutiveEvent): void {
    if (event.kind === "deadline-missed") this.#deadlinesMissed += 1;
    const text = entryOf(event);
    if (text !== null) this.#tell(event.at, text);
  }

  #carryOut(outputs: readonly SupervisionOutput[]): void {
    for (const output of outputs) {
      if (output.kind === "pet") this.#dog.pet(this.#time.now);
      if (output.kind === "supervision-stopped") this.#withhold(output.entities);
    }
  }

  #withhold(entities: readonly EntityEvidence[]): void {
    const at = this.#time.now;
    this.#tell(at, "the supervision withholds the pets, and the evidence is taken");
    const entries = this.#entries.slice(-entriesMax).map(lineOf);
    const tasks = this.#executive.standing().map((standing) => ({
      task: standing.task,
      state: standing.state,
      base: standing.base,
      effective: standing.effective,
      holds: standing.holds,
      waitsFor: standing.waitsFor,
    }));
    const origin = { node: "pathfinder", bootId: 1, at, wallClock: null, recording: null };
    const seen = { error: null, running: [], entities, tasks, entries };
    this.#evidence = { cause: "supervision", ...origin, ...seen };
  }

  #tell(at: Instant, text: string): void {
    this.#entries.push({ at, text });
  }
}

/** From its beginning it has as long as its deadline leaves it, and there is no second chance. */
const modes = {
  surface: [
    {
      kind: "deadline",
      start: "begin",
      end: "done",
      min: millis(0),
      max: distributionMax,
      tolerance: 0,
    },
  ],
} as const;

/** In milliseconds since the start. */
export const lineOf = ({ at, text }: Entry): string =>
  `${(at / 1_000).toFixed(0).padStart(5)} ms  ${text}`;
