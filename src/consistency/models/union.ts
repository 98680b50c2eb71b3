/**
 * Several models side by side, told apart by the kind of operation: one history of a service that
 * has settings, locks and counters. Parts of different models do not touch one another.
 */
import { assert } from "../../kernel/assert.js";
import type { Operation } from "../operation.js";
import { type Compiled, type Model, refused } from "./port.js";

/** Null: nothing has happened to the part, so it is not known whose it is. */
type UnionState = { readonly model: Model<unknown>; readonly state: unknown } | null;

/** @param members of which no two have a kind in common; all begin with their first state */
export function unionOf(name: string, members: readonly Model<unknown>[]): Model<UnionState> {
  const kinds = members.flatMap((member) => member.kinds);
  assert(new Set(kinds).size === kinds.length, "two models have a kind in common");
  const memberOf = ({ kind }: Operation): Model<unknown> | undefined =>
    members.find((member) => member.kinds.includes(kind));
  return {
    name,
    kinds,
    summary: members.map((member) => member.summary).join("; "),
    partsOf(operation) {
      const member = memberOf(operation);
      const parts = member?.partsOf(operation) ?? [];
      if (parts === "every" || parts === "all") return parts;
      return parts.map((part) => `${member?.name} ${part}`);
    },
    initial: (init) =>
      init === undefined || init === null
        ? { ok: true, state: null }
        : { ok: false, expected: "null" },
    compile(operation, failure): Compiled<UnionState> {
      const member = memberOf(operation);
      if (member === undefined) return refused(`one of ${kinds.join(", ")}`);
      const compiled = member.compile(operation, failure);
      if (compiled.kind !== "action") return compiled;
      const { action } = compiled;
      const signature = `${member.name} ${action.signature}`;
      const step = (union: UnionState) => stepped(union, member, (state) => action.step(state));
      return { kind: "action", action: { signature, reads: action.reads, step } };
    },
    describe: (union) => (union === null ? "as at first" : union.model.describe(union.state)),
  };
}

function stepped(
  union: UnionState,
  model: Model<unknown>,
  step: (state: unknown) => unknown,
): UnionState | undefined {
  // What happens to every part of one model is nothing to those of another.
  if (union !== null && union.model !== model) return union;
  const first = model.initial(undefined);
  assert(first.ok, `${model.name} has no first state`);
  const state = step(union === null ? first.state : union.state);
  return state === undefined ? undefined : { model, state };
}
