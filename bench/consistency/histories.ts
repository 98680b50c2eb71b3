/** Histories that were answered by one object, for the benchmark: some with a fault at the end. */
import { HistoryRecorder } from "../../src/consistency/history/recorder.js";
import type { History } from "../../src/consistency/operation.js";
import { Prng } from "../../src/kernel/prng.js";

export interface Load {
  readonly clients: number;
  readonly keys: number;
  readonly operations: number;
  /** Of a write: nobody is told its outcome. */
  readonly unknown: number;
  /** The last read answers what was never written. */
  readonly fault: boolean;
}

interface Open {
  readonly operation: number;
  readonly kind: string;
  readonly key: string;
  readonly value: number;
  /** What a read was answered; undefined before it took effect. */
  answer: number | undefined;
}

/** Each operation takes effect at a random instant between its call and its return. */
export function answered(load: Load, seed: number): History {
  const dice = new Prng(seed);
  const recorder = new HistoryRecorder({ model: "register", init: 0 });
  const values = new Map<string, number>();
  const open = new Map<string, Open>();
  let asked = 0;
  for (let at = 0; asked < load.operations || open.size > 0; at += 1) {
    const process = `c${dice.below(load.clients)}`;
    const waiting = open.get(process);
    if (waiting === undefined) {
      if (asked === load.operations) continue;
      asked += 1;
      const kind = dice.chance(0.5) ? "read" : "write";
      const key = `k${dice.below(load.keys)}`;
      const input = kind === "write" ? asked : null;
      const operation = recorder.invoke(at, { process, kind, key, input });
      open.set(process, { operation, kind, key, value: asked, answer: undefined });
    } else if (waiting.answer === undefined) {
      if (waiting.kind === "write") values.set(waiting.key, waiting.value);
      waiting.answer = values.get(waiting.key) ?? 0;
    } else {
      const lost = waiting.kind === "write" && dice.chance(load.unknown);
      const output = waiting.kind === "read" ? waiting.answer : null;
      recorder.return(at, waiting.operation, lost ? "unknown" : "ok", lost ? null : output);
      open.delete(process);
    }
  }
  if (load.fault) {
    const read = recorder.invoke(0, { process: "last", kind: "read", key: "k0" });
    recorder.return(0, read, "ok", -1);
  }
  return recorder.history();
}
