/**
 * Fencing tokens over all locks. The lock model holds the tokens of one lock against one another;
 * where one counter makes them for all (the index of the log does), more is true: whoever acquired
 * after another's acquire had returned has the greater token, whatever the locks, and no two
 * acquisitions have the same.
 */
import type { History, Operation } from "./operation.js";
import { fieldOf, isCount, textOf } from "./value.js";

export interface TokenFault {
  readonly earlier: Operation;
  readonly later: Operation;
}

/** Null where all tokens are as they must be. */
export function tokenFaultOf({ operations }: History): TokenFault | null {
  const firsts = firstsOf(operations);
  if (!firsts.ok) return firsts.fault;
  const byReturn = [...firsts.told].sort((one, other) => endOf(one) - endOf(other));
  let greatest: Operation | null = null;
  let returned = 0;
  for (const later of [...firsts.told].sort((one, other) => one.call - other.call)) {
    for (; returned < byReturn.length; returned += 1) {
      const earlier = byReturn[returned] as Operation;
      if (endOf(earlier) > later.call) break;
      if (greatest === null || tokenOf(earlier) > tokenOf(greatest)) greatest = earlier;
    }
    if (greatest !== null && tokenOf(greatest) >= tokenOf(later))
      return { earlier: greatest, later };
  }
  return null;
}

const endOf = (operation: Operation): number => operation.return ?? Infinity;
const tokenOf = ({ output }: Operation): number => Number(fieldOf(output, "token"));

type Firsts =
  | { readonly ok: true; readonly told: readonly Operation[] }
  | { readonly ok: false; readonly fault: TokenFault };

/** Of each token the first answer that has it: a holder that asks again is told the same. */
function firstsOf(operations: readonly Operation[]): Firsts {
  const firsts = new Map<number, Operation>();
  for (const operation of operations) {
    const { kind, status, output } = operation;
    if (kind !== "acquire" || status !== "ok" || !isCount(fieldOf(output, "token"))) continue;
    const first = firsts.get(tokenOf(operation));
    if (first === undefined || (isAgain(first, operation) && endOf(operation) < endOf(first))) {
      firsts.set(tokenOf(operation), operation);
    } else if (!isAgain(first, operation)) {
      return { ok: false, fault: { earlier: first, later: operation } };
    }
  }
  return { ok: true, told: [...firsts.values()] };
}

const isAgain = (one: Operation, other: Operation): boolean =>
  one.key === other.key && textOf(one.input) === textOf(other.input);
