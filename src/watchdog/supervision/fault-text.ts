/** A broken rule in words: for the evidence, the logs and the status. */
import { unreachable } from "../../kernel/assert.js";
import type { EntityEvidence } from "../evidence.js";
import type { EntityStanding } from "./entity.js";
import type { RuleFault } from "./rules.js";

export function faultText(fault: RuleFault): string {
  switch (fault.rule) {
    case "alive": {
      const { checkpoint, count, countMin, countMax, cycle } = fault;
      const right = `from ${countMin} to ${countMax} are right`;
      const most = count > countMax ? "at least " : "";
      return `alive: ${most}${count} times "${checkpoint}" in ${ms(cycle)}, ${right}`;
    }
    case "deadline":
      return deadlineText(fault);
    case "logical": {
      const { from, to, flow } = fault;
      const where = flow === null ? "" : ` in the flow ${flow}`;
      const before = from === null ? "at the beginning" : `after "${from}"`;
      return `logical: "${to}" may not come ${before}${where}`;
    }
    case "start":
      return `start: it has not begun within ${ms(fault.grace)}`;
    default:
      return unreachable(fault);
  }
}

function deadlineText(fault: Extract<RuleFault, { rule: "deadline" }>): string {
  const { start, end, took, ended, min, max } = fault;
  const right = `from ${ms(min)} to ${ms(max)} are right`;
  if (ended) return `deadline: "${end}" came ${ms(took)} after "${start}", ${right}`;
  return `deadline: "${end}" has not come ${ms(took)} after "${start}", ${right}`;
}

const ms = (us: number): string => `${(us / 1_000).toFixed(1)} ms`;

export function evidenceOf(standing: EntityStanding): EntityEvidence {
  const { entity, status, fault, lastCheckpoint } = standing;
  return { entity, status, fault: fault === null ? null : faultText(fault), lastCheckpoint };
}
