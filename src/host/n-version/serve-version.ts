/**
 * The inside of a thread or process of one version: loads its module, computes what it is asked,
 * one input at a time, and answers. Whatever the version throws is told as an answer. What cannot
 * be told (an endless loop, the heap's end, an exit) its keeper sees from outside.
 */
import { readPlain, thawPlain } from "../../voting/structured/plain-value.js";
import { thrownText } from "../../voting/structured/thrown-text.js";
import type { RunMessage, VersionMessage, VersionTask } from "./version-messages.js";

type Compute = (input: unknown) => unknown;
type Tell = (message: VersionMessage) => void;

/** Fulfilled with what takes the runs, or null where the module cannot be used, which is told. */
export async function serveVersion(
  task: VersionTask,
  tell: Tell,
): Promise<((run: RunMessage) => void) | null> {
  const compute = await load(task);
  if (typeof compute === "string") {
    tell({ kind: "refused", message: compute });
    return null;
  }
  return (run) => {
    void answer(compute, run, task).then(tell);
  };
}

async function answer(
  compute: Compute,
  { call, input }: RunMessage,
  { answerLimits }: VersionTask,
): Promise<VersionMessage> {
  try {
    // It may be a promise: while it waits for itself, the deadline goes on.
    const reading = readPlain(await compute(thawPlain(input)), answerLimits);
    // Read here already, so that an answer without end is not sent to the others.
    if (reading.ok) return { kind: "answered", call, value: reading.value };
    const message = `its answer is not plain: ${reading.reason}`;
    return { kind: "failed", call, reason: "malformed", message };
  } catch (error) {
    return { kind: "failed", call, reason: "threw", message: thrownText(error) };
  }
}

async function load({ href, file }: VersionTask): Promise<Compute | string> {
  const expected = "a module that exports a function `compute(input)`, or one as its default";
  try {
    const exported = (await import(href)) as Record<string, unknown>;
    const compute = exported["compute"] ?? exported["default"];
    if (typeof compute === "function") return compute as Compute;
    const names = Object.keys(exported).join(", ") || "nothing";
    return `${file} exports ${names}: ${expected} is expected`;
  } catch (error) {
    return `${file} cannot be loaded (${thrownText(error)}): ${expected} is expected`;
  }
}
