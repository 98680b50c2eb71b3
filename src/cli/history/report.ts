/** The judgement of a history as the object of `--json`. */

import type { Operation } from "../../consistency/operation.js";
import { statesAlong } from "../../consistency/trace.js";
import type { Ordered } from "../../consistency/verdict.js";
import { unreachable } from "../../kernel/assert.js";
import type { Judgement } from "./judge.js";

export function reportOf(judgement: Judgement): Readonly<object> {
  const { verdict, consistency, file, model, history, notes, took } = judgement;
  const { operations } = history;
  return {
    verdict: verdict.verdict,
    ...{ file, model: model.name, consistency },
    operations: operations.length,
    processes: new Set(operations.map(({ process }) => process)).size,
    ...detailsOf(judgement),
    ...{ work: verdict.work, took, notes },
  };
}

function detailsOf(judgement: Judgement): Readonly<object> {
  const { verdict } = judgement;
  const described = (operation: Operation) => describe(operation, judgement);
  switch (verdict.verdict) {
    case "linearizable":
    case "sequential":
      return { order: orderOf(verdict.order, judgement) };
    case "not": {
      const { keys, stuck, states, core, prefix } = verdict;
      const reduced =
        core === null ? null : { ...core, operations: core.operations.map(described) };
      const order = orderOf(prefix, judgement);
      return { keys, stuck: stuck.map(described), states, core: reduced, prefix: order };
    }
    case "unknown": {
      const { parts, placed, required } = verdict;
      return { parts, placed, required };
    }
    default:
      return unreachable(verdict);
  }
}

const describe = (operation: Operation, { lineOf }: Judgement): Readonly<object> => {
  const { call, return: end, ...told } = operation;
  return { line: lineOf(operation), ...told };
};

function orderOf(order: readonly Ordered[], judgement: Judgement): readonly object[] {
  const states = statesAlong(order, judgement.history, judgement.model);
  return order.map(({ operation }, place) => ({
    ...describe(operation, judgement),
    after: states[place],
  }));
}
