/**
 * Settings by key, each with a version that counts its changes since it was made, from 1.
 *
 * - `get` answers null where there is no such key, and else `{value, version}`; a version that is
 *   not told is not checked.
 * - `put` takes `{value, version}`. With a version it is done only if the key has that one; 0 says
 *   that there is no such key. It answers `{version}`, the new one, or null.
 * - `cas` takes `{from, to}`: done only if the value is `from`.
 * - `delete` takes null or `{version}`.
 *
 * A failure is an observation where its output is `{reason: "version-mismatch"}`, for cas
 * `{reason: "value-mismatch"}`, or has no reason: the condition is held against the state. Another
 * reason (a bound, a lost session) says that nothing was done, and no more.
 */
import type { FailureMeaning, Operation } from "../operation.js";
import { fieldOf, isCount, isFields, same, textOf, type Value } from "../value.js";
import {
  type Compiled,
  changes,
  ignored,
  looks,
  type Model,
  refused,
  signatureOf,
} from "./port.js";

/** Null: there is no such key. */
export type KeyState = { readonly value: Value; readonly version: number } | null;

const versionOf = (state: KeyState): number => state?.version ?? 0;

function get(operation: Operation): Compiled<KeyState> {
  const { output, status } = operation;
  if (status !== "ok") return ignored;
  const signature = signatureOf(operation, textOf(output));
  if (output === null) return looks(signature, (state) => state === null);
  if (!isFields(output) || !Object.hasOwn(output, "value")) {
    return refused("the output of get to be null or {value, version}");
  }
  const value = fieldOf(output, "value");
  const version = fieldOf(output, "version");
  return looks(signature, (state) => {
    if (state === null || !same(state.value, value)) return false;
    return version === null || version === state.version;
  });
}

/** What must hold of the key for the operation to be done; what it becomes. */
interface Change {
  readonly holds: (state: KeyState) => boolean;
  readonly to: (state: KeyState) => KeyState;
  /** The reason that a failure gives if `holds` did not. */
  readonly reason: string;
}

function put({ input }: Operation): Change | string {
  if (!isFields(input) || !Object.hasOwn(input, "value")) {
    return "the input of put to be {value} or {value, version}";
  }
  const value = fieldOf(input, "value");
  return {
    ...onVersion(fieldOf(input, "version")),
    to: (state) => ({ value, version: versionOf(state) + 1 }),
  };
}

function compareAndSet({ input }: Operation): Change | string {
  const names = ["from", "to"];
  if (!isFields(input) || !names.every((name) => Object.hasOwn(input, name))) {
    return "the input of cas to be {from, to}";
  }
  const from = fieldOf(input, "from");
  return {
    holds: (state) => state !== null && same(state.value, from),
    to: (state) => ({ value: fieldOf(input, "to"), version: versionOf(state) + 1 }),
    reason: "value-mismatch",
  };
}

const remove = ({ input }: Operation): Change => ({
  ...onVersion(fieldOf(input, "version")),
  to: () => null,
});

const onVersion = (version: Value) => ({
  holds: (state: KeyState) => version === null || version === versionOf(state),
  reason: "version-mismatch",
});

function change(
  operation: Operation,
  failure: FailureMeaning,
  { holds, to, reason }: Change,
): Compiled<KeyState> {
  const { input, output, status, kind } = operation;
  const told = kind === "delete" ? null : fieldOf(output, "version");
  const signature = signatureOf(operation, textOf(input), status === "ok" ? textOf(told) : "null");
  if (status === "fail") {
    const given = fieldOf(output, "reason");
    const observed = failure === "observed" && (given === null || given === reason);
    return observed ? looks(signature, (state) => !holds(state)) : ignored;
  }
  return changes(signature, (state) => {
    if (!holds(state)) return undefined;
    const next = to(state);
    return told === null || status !== "ok" || told === versionOf(next) ? next : undefined;
  });
}

export const keyValue: Model<KeyState> = {
  name: "key-value",
  kinds: ["get", "put", "cas", "delete"],
  summary: "get -> {value, version}; put {value, version?}; cas {from, to}; delete {version?}",
  partsOf: ({ key }) => [key ?? ""],
  initial(init) {
    if (init === undefined || init === null) return { ok: true, state: null };
    const version = fieldOf(init, "version");
    if (isCount(version) && version > 0) {
      return { ok: true, state: { value: fieldOf(init, "value"), version } };
    }
    return { ok: false, expected: "null or {value, version} with a version from 1" };
  },
  compile(operation, failure) {
    switch (operation.kind) {
      case "get":
        return get(operation);
      case "put":
        return orRefused(operation, failure, put(operation));
      case "cas":
        return orRefused(operation, failure, compareAndSet(operation));
      case "delete":
        return change(operation, failure, remove(operation));
      default:
        return refused("get, put, cas or delete");
    }
  },
  describe: (state) =>
    state === null ? "none" : `${textOf(state.value)} (version ${state.version})`,
};

const orRefused = (operation: Operation, failure: FailureMeaning, made: Change | string) =>
  typeof made === "string" ? refused(made) : change(operation, failure, made);
