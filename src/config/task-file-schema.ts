/**
 * The keys of a task file, version 1: see docs/scheduling.md. Every error text here completes the
 * sentence "expected ...".
 */
import { z } from "zod";
import { micros } from "../kernel/time.js";
import { orderNames } from "../scheduling/analysis/priorities.js";
import { protocolNames, type Step, stepsMax, tasksMax } from "../scheduling/analysis/task-set.js";
import { type Priority, parsePriority } from "../scheduling/priority.js";
import { parseDuration } from "./quantity.js";
import { duration, positiveDuration, text } from "./scenario-words.js";

const mapping = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z.strictObject(shape, { error: "a mapping of keys to values" });

const read = <Value>(expected: string, parse: (input: unknown) => Value | null) =>
  z.unknown().transform((input, context): Value => {
    const value = parse(input);
    if (value !== null) return value;
    context.issues.push({ code: "custom", message: expected, input });
    return z.NEVER;
  });

const stepExpected = "`run 5ms`, `lock NAME` or `unlock NAME`";

function asStep(input: unknown): Step | null {
  if (typeof input !== "string") return null;
  const [, word = "", argument = ""] = /^(run|lock|unlock) +([\w.-]{1,64})$/.exec(input) ?? [];
  if (word === "lock" || word === "unlock") return { kind: word, resource: argument };
  const time = parseDuration(argument);
  return time.ok && time.value <= timeMax ? { kind: "run", time: time.value } : null;
}

/** No time of a task file is longer: then sums of all jobs stay whole microseconds. */
export const timeMax = 86_400_000_000;

const level = read("a priority: a whole number from 1 (least urgent) to 99", (input) => {
  const parsed: Priority | null = parsePriority(input);
  return parsed === 0 ? null : parsed;
});

const bodyExpected = `a list of 1 to ${stepsMax} steps such as [run 3ms, lock bus, unlock bus]`;

const short = (schema: typeof duration) =>
  schema.refine((time) => time <= timeMax, { error: "a time of at most 24h" });

const task = mapping({
  name: text("a name").max(32, { error: "a name of at most 32 characters" }),
  priority: level.optional(),
  period: short(positiveDuration),
  deadline: short(positiveDuration).optional(),
  jitter: short(duration).optional(),
  offset: short(duration).optional(),
  body: z
    .array(read(stepExpected, asStep), { error: bodyExpected })
    .min(1, { error: bodyExpected })
    .max(stepsMax, { error: bodyExpected }),
});

const tasksExpected = `a list of 1 to ${tasksMax} tasks`;

export const taskFileSchema = mapping({
  version: z.literal(1, { error: "1, the only version there is" }),
  name: text("a name").optional(),
  protocol: z.enum(protocolNames, { error: `one of ${protocolNames.join(", ")}` }).optional(),
  priorities: z.enum(orderNames, { error: `one of ${orderNames.join(", ")}` }).optional(),
  switchCost: short(duration).optional(),
  tasks: z
    .array(task, { error: tasksExpected })
    .min(1, { error: tasksExpected })
    .max(tasksMax, { error: tasksExpected }),
});

export type TaskFile = z.output<typeof taskFileSchema>;
export type TaskEntry = TaskFile["tasks"][number];

export const noTime = micros(0);

export const taskKeys = Object.keys(task.shape);
export const taskFileKeys = Object.keys(taskFileSchema.shape);
