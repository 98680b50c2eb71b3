/**
 * The evidence of one running replica, from the loop's own thread: it keeps the black box up to
 * date for the dog, and writes a record itself when a supervised entity fails, or when it crashes.
 *
 * What is written here is written at once and waited for: the pets have stopped, and the next
 * moment may be the last. Where it cannot be written that is told, and nothing else happens: an
 * obstacle to evidence is none to the bite.
 */
import type { App } from "../../control/app.js";
import type { NodeId } from "../../kernel/ids.js";
import { elapsed, type Instant } from "../../kernel/time.js";
import type { NodeEvent } from "../../node/events.js";
import type { NodeInput, NodeOutput } from "../../node/ports.js";
import { controlEntity } from "../../node/supervision.js";
import type { EvidenceCause, EvidenceRecord, TaskEvidence } from "../../watchdog/evidence.js";
import type { EntityStanding } from "../../watchdog/supervision/entity.js";
import { evidenceOf } from "../../watchdog/supervision/fault-text.js";
import type { StepInput, StepWitness } from "../loop.js";
import type { Clock } from "../monotonic-clock.js";
import { BlackBox } from "./black-box.js";
import { readBlackBox } from "./black-box-reader.js";
import type { DogEvidenceData } from "./dog-evidence.js";
import { evidencePath, makeRoom, setAside, writeEvidence } from "./evidence-folder.js";
import { outputsShownMax } from "./layout.js";
import { StepTail, type StepText } from "./step-tail.js";

export interface LiveEvidenceOptions {
  readonly node: NodeId;
  readonly bootId: number;
  /** See evidence-folder.ts. */
  readonly folder: string;
  readonly clock: Clock;
  readonly recording: string | null;
  /** Null for the short lines of the black box. */
  readonly stepText: StepText<StepInput, NodeOutput> | null;
  readonly warn: (message: string, error: unknown) => void;
}

/** Of an executive that runs beside the node; none where there is none. */
export type TaskList = () => readonly TaskEvidence[];

/** Records of failed supervision in one life: what fails for ever must not write for ever. */
const recordsPerLifeMax = 4;

export class LiveEvidence implements StepWitness {
  readonly box: BlackBox;
  readonly #options: LiveEvidenceOptions;
  readonly #tail: StepTail<StepInput, NodeOutput> | null;
  readonly #shown = new Array<string>(outputsShownMax).fill("");
  readonly #failed = new Set<string>();
  #supervised: () => readonly EntityStanding[] = () => [];
  #tasks: TaskList = () => [];
  /** To read the clock anew for each output would cost more than all the rest. */
  #stepAt: Instant;
  #records = 0;
  #written = false;

  constructor(options: LiveEvidenceOptions) {
    const { clock, stepText, folder, node, warn } = options;
    this.#options = options;
    this.#stepAt = clock.now();
    this.box = new BlackBox(this.#stepAt);
    this.#tail = stepText === null ? null : new StepTail(stepText);
    try {
      makeRoom(folder, node);
    } catch (error) {
      warn("no evidence can be written", error);
    }
  }

  /** For the dog: what it needs to write without us. */
  forDog(): DogEvidenceData {
    const { node, bootId, folder, recording } = this.#options;
    const file = evidencePath(folder, node, bootId);
    return { box: this.box.buffer, node, bootId, file, recording };
  }

  /** From where the standing of entities, and of tasks, is read. */
  watch(supervised: () => readonly EntityStanding[], tasks: TaskList = () => []): void {
    this.#supervised = supervised;
    this.#tasks = tasks;
  }

  /** The app with a mark around its control function: what hangs there is found there. */
  marked(app: App): App {
    const control: App["control"] = (input) => {
      this.box.enter("entity", controlEntity, this.#stepAt);
      try {
        return app.control(input);
      } finally {
        this.box.leave();
      }
    };
    // On top of the app, not a copy of it: what an app inherits belongs to it too.
    return Object.create(app, { control: { value: control, enumerable: true } }) as App;
  }

  begins(at: Instant, { kind }: StepInput): void {
    this.#stepAt = at;
    this.box.leaveAll();
    this.box.enter("input", kind, at);
  }

  carries(output: NodeOutput): void {
    this.box.leaveAll();
    this.box.enter("output", wordOf(output), this.#stepAt);
  }

  ends(at: Instant, input: NodeInput | StepInput, outputs: readonly NodeOutput[]): void {
    const count = outputs.length;
    for (let index = 0; index < count && index < outputsShownMax; index += 1) {
      const output = outputs[index];
      if (output !== undefined) this.#shown[index] = wordOf(output);
    }
    const took = elapsed(at, this.#options.clock.now());
    this.box.step(at, took, input.kind, this.#shown, count);
    this.box.entities(this.#supervised());
    this.box.leaveAll();
    this.#tail?.push(at, input, outputs);
  }

  onEvent(at: Instant, event: NodeEvent): void {
    if (event.kind === "supervision-failed") {
      this.#failed.add(event.entity);
      this.#write("supervision", at, null);
    } else if (event.kind === "supervision-restored") this.#restored(event.entity);
  }

  /** Something threw where nothing may, and the process is about to end. */
  crashed(what: string, error: unknown): void {
    this.#write("crash", this.#options.clock.now(), `${what}: ${textOf(error)}`);
  }

  /** The system refused what the start needs; the message says what. */
  refused(error: Error): void {
    this.#write("refused", this.#options.clock.now(), error.message);
  }

  /** What was overcome must not accuse this life of a bite, if the power fails later. */
  #restored(entity: string): void {
    this.#failed.delete(entity);
    if (this.#failed.size > 0 || !this.#written) return;
    const { folder, node, bootId, warn } = this.#options;
    this.#written = false;
    try {
      setAside(folder, node, bootId);
    } catch (error) {
      warn("the evidence of what was overcome could not be set aside", error);
    }
  }

  #write(cause: EvidenceCause, at: Instant, error: string | null): void {
    const { folder, node, warn } = this.#options;
    if (cause === "supervision" && this.#records >= recordsPerLifeMax) return;
    this.#records += 1;
    try {
      makeRoom(folder, node);
      writeEvidence(folder, this.#recordOf(cause, at, error));
      this.#written = true;
    } catch (refusal) {
      warn("the evidence could not be written", refusal);
    }
  }

  #recordOf(cause: EvidenceCause, at: Instant, error: string | null): EvidenceRecord {
    const { node, bootId, recording } = this.#options;
    const picture = readBlackBox(this.box.buffer);
    return {
      ...{ cause, node, bootId, at, error, recording },
      wallClock: new Date().toISOString(),
      // Where supervision failed, the loop is busy with telling so and nothing else.
      running: cause === "crash" ? picture.running : [],
      entities: this.#supervised().map(evidenceOf),
      tasks: this.#tasks(),
      entries: this.#tail?.lines() ?? picture.steps,
    };
  }
}

/** An event says more than that there was one. */
const wordOf = (output: NodeOutput): string =>
  output.kind === "report" ? output.event.kind : output.kind;

function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.stack ?? `${error.name}: ${error.message}`;
}
