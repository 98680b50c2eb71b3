/** Histories of etcd and of others, with the verdicts of their collections. */
import { describe, expect, it } from "vitest";
import { checkHistory } from "../../src/consistency/check.js";
import { readHistory } from "../../src/consistency/history/read-text.js";
import { modelNamed } from "../../src/consistency/models/models.js";
import { readOracle } from "../support/oracles.js";

interface Entry {
  readonly id: string;
  readonly file: string;
  readonly ops: number;
  readonly linearizable: boolean;
}

const index = readOracle<readonly Entry[]>("histories/INDEX.json");

describe.skipIf(index === null)("published histories (HISTORY-2)", () => {
  it("have the verdicts that were published", () => {
    const began = performance.now();
    for (const { id, file, ops, linearizable } of index ?? []) {
      const text = JSON.stringify(readOracle<object>(`histories/${file}`));
      const read = readHistory(text);
      if (!read.ok) throw new Error(`${id}: expected ${read.expected}`);
      expect(read.history.operations.length, id).toBe(ops);
      const model = modelNamed(read.model);
      if (model === null) throw new Error(`${id}: no model ${read.model}`);
      const { verdict } = checkHistory(read.history, { model, stepsMax: 10_000_000 });
      expect(verdict, id).toBe(linearizable ? "linearizable" : "not");
    }
    const took = performance.now() - began;
    console.log(`${index?.length} published histories in ${took.toFixed(0)}ms`);
    expect(took).toBeLessThan(60_000);
  });
});
