/** From the text of a task file to a set of tasks, or to everything that is wrong with it. */
import { assert, unreachable } from "../kernel/assert.js";
import { type OrderName, prioritise } from "../scheduling/analysis/priorities.js";
import {
  resourcesMax,
  resourcesOf,
  type StepFault,
  stepFault,
  type TaskSet,
} from "../scheduling/analysis/task-set.js";
import { priority } from "../scheduling/priority.js";
import { Layers } from "./layers.js";
import { type KeyPath, type Problem, sortProblems } from "./problem.js";
import { refuseShape } from "./scenario-refuse.js";
import {
  noTime,
  type TaskFile,
  taskFileKeys,
  taskFileSchema,
  taskKeys,
} from "./task-file-schema.js";
import { rootOf } from "./yaml-root.js";
import { YamlSource } from "./yaml-source.js";

export interface LoadedTasks {
  readonly name: string;
  readonly set: TaskSet;
  /** How the priorities came about; null where the file gives them. */
  readonly order: OrderName | null;
  /** False where `optimal` found no order that meets all deadlines, and another was taken. */
  readonly orderFound: boolean;
}

export type TasksParse =
  | ({ readonly ok: true } & LoadedTasks)
  /** Sorted by line. At least one problem. */
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** @param file the name by which problems call it */
export function parseTasks(file: string, text: string): TasksParse {
  const source = new YamlSource(file, text);
  const root = rootOf(source);
  if (!root.ok) return root;
  const { tree } = root;
  const layers = new Layers(source, tree);
  const shape = taskFileSchema.safeParse(tree);
  const known = (path: KeyPath) => (path.length === 0 ? taskFileKeys : taskKeys);
  const misshapen = shape.success ? [] : refuseShape(layers, shape.error, known);
  const problems = [...source.problems, ...misshapen];
  if (shape.success) problems.push(...contradictions(shape.data, layers));
  if (!shape.success || problems.length > 0) return { ok: false, problems: sortProblems(problems) };
  return { ok: true, ...loaded(file, shape.data) };
}

/** What one value says about another. */
function contradictions({ tasks, priorities }: TaskFile, layers: Layers): readonly Problem[] {
  const problems: Problem[] = [];
  const complain = (path: KeyPath, message: string): void => {
    problems.push(layers.problem(path, message));
  };
  const seen = new Set<string>();
  const given = tasks.filter((task) => task.priority !== undefined).length;
  for (const [index, task] of tasks.entries()) {
    const at = ["tasks", index];
    if (seen.has(task.name)) complain([...at, "name"], `expected each name once: "${task.name}"`);
    seen.add(task.name);
    const fault = stepFault(task.body);
    if (fault !== null) complain([...at, "body", ...placeOf(fault, task.body)], reasonOf(fault));
    if (task.priority !== undefined && priorities !== undefined) {
      complain([...at, "priority"], `expected none beside priorities: ${priorities}`);
    } else if (task.priority === undefined && given > 0) {
      complain(at, "expected a priority, as others have one (or none at all, to have them chosen)");
    }
  }
  const resources = new Set(tasks.flatMap(({ body }) => resourcesOf(body)));
  if (resources.size > resourcesMax) complain(["tasks"], `expected at most ${resourcesMax} locks`);
  return problems;
}

const placeOf = ({ index }: StepFault, body: readonly unknown[]): KeyPath =>
  index < body.length ? [index] : [];

function reasonOf({ reason, resource }: StepFault): string {
  switch (reason) {
    case "locked-twice":
      return `expected an unlock of ${resource} before it is locked again`;
    case "not-locked":
      return `expected a lock of ${resource} before it is unlocked`;
    case "never-unlocked":
      return `expected an unlock of ${resource} before the end of the body`;
    case "runs-never":
      return "expected at least one run that takes time";
    default:
      return unreachable(reason);
  }
}

function loaded(file: string, data: TaskFile): LoadedTasks {
  const set: TaskSet = {
    protocol: data.protocol ?? "inheritance",
    switchCost: data.switchCost ?? noTime,
    tasks: data.tasks.map((task) => ({
      name: task.name,
      priority: task.priority ?? priority(1),
      body: task.body,
      period: task.period,
      deadline: task.deadline ?? task.period,
      jitter: task.jitter ?? noTime,
      offset: task.offset ?? noTime,
    })),
  };
  const name = data.name ?? file;
  const isGiven = data.tasks.some((task) => task.priority !== undefined);
  if (isGiven) return { name, set, order: null, orderFound: true };
  const order = data.priorities ?? "deadline-monotonic";
  const best = prioritise(set, order);
  if (best !== null) return { name, set: best, order, orderFound: true };
  const second = prioritise(set, "deadline-monotonic");
  assert(second !== null, "deadline-monotonic is always an order");
  return { name, set: second, order: "deadline-monotonic", orderFound: false };
}
