/**
 * A set of tasks on one core as a value: what the analysis computes with and the simulator plays.
 * Each task is released again and again, at least a period apart, and does the steps of its body.
 * The model is that of Liu and Layland 1973, with what has been added since: deadlines of any
 * length, release jitter (Tindell, Burns and Wellings 1994), offsets and locks.
 */
import { unreachable } from "../../kernel/assert.js";
import { type Duration, micros } from "../../kernel/time.js";
import type { Priority } from "../priority.js";

export type Step =
  /** Computes, for at most so long. */
  | { readonly kind: "run"; readonly time: Duration }
  | { readonly kind: "lock"; readonly resource: string }
  | { readonly kind: "unlock"; readonly resource: string };

export interface Task {
  /** Unique within its set. */
  readonly name: string;
  /** Tasks of one priority run in the order in which they became ready. */
  readonly priority: Priority;
  readonly body: readonly Step[];
  /** The least time between two arrivals, above 0. */
  readonly period: Duration;
  /** From the arrival; it may be longer than the period. Above 0. */
  readonly deadline: Duration;
  /** So much later than it arrived may a job be released. It may be longer than the period. */
  readonly jitter: Duration;
  /** When the first job arrives. Only the simulator goes by it: see README.md. */
  readonly offset: Duration;
}

export const protocolNames = ["none", "inheritance", "ceiling"] as const;

/** What all resources of a set do to their holders; the ceilings follow from who locks them. */
export type ProtocolName = (typeof protocolNames)[number];

export interface TaskSet {
  /** From 1 to `tasksMax`. */
  readonly tasks: readonly Task[];
  readonly protocol: ProtocolName;
  /** What it takes to give the core to another task; 0 where nobody measured it. */
  readonly switchCost: Duration;
}

export const tasksMax = 64;
export const stepsMax = 64;
export const resourcesMax = 64;

/** How long a body computes: the C of the papers. */
export function costOf(body: readonly Step[]): Duration {
  let cost = 0;
  for (const step of body) if (step.kind === "run") cost += step.time;
  return micros(cost);
}

/** The resources that a body locks, each once. */
export const resourcesOf = (body: readonly Step[]): readonly string[] => [
  ...new Set(body.flatMap((step) => (step.kind === "lock" ? [step.resource] : []))),
];

/** A step that no job can do: where in the body, and why. */
export interface StepFault {
  /** The step; the length of the body where its end is wrong. */
  readonly index: number;
  readonly reason: "locked-twice" | "not-locked" | "never-unlocked" | "runs-never";
  readonly resource: string;
}

/** The first step that is wrong; null where the body can be done. */
export function stepFault(body: readonly Step[]): StepFault | null {
  const held = new Set<string>();
  for (const [index, step] of body.entries()) {
    switch (step.kind) {
      case "run":
        break;
      case "lock":
        if (held.has(step.resource))
          return { index, reason: "locked-twice", resource: step.resource };
        held.add(step.resource);
        break;
      case "unlock":
        if (!held.delete(step.resource))
          return { index, reason: "not-locked", resource: step.resource };
        break;
      default:
        unreachable(step);
    }
  }
  const index = body.length;
  for (const resource of held) return { index, reason: "never-unlocked", resource };
  return costOf(body) === 0 ? { index, reason: "runs-never", resource: "" } : null;
}

/**
 * The set with the cost of switching charged to its bodies, and with a `switchCost` of 0. A job
 * takes the core from another once and gives it back once (Burns and Wellings). A lock that may
 * make it wait costs two switches more; under a ceiling on one core none does.
 */
export function chargeSwitches({ tasks, protocol, switchCost }: TaskSet): TaskSet {
  const free = { protocol, switchCost: micros(0) };
  if (switchCost === 0) return { ...free, tasks };
  const once: Step = { kind: "run", time: switchCost };
  const atLock: readonly Step[] = protocol === "ceiling" ? [] : [once, once];
  const charged = tasks.map((task) => {
    const steps = task.body.flatMap((step) => (step.kind === "lock" ? [...atLock, step] : [step]));
    return { ...task, body: [once, ...steps, once] };
  });
  return { ...free, tasks: charged };
}
