/**
 * Locks by key, each held by one session at most, with tokens that only grow: Chubby's sequencers
 * (Burrows 2006), by which a resource tells a late holder from the present one.
 *
 * - `acquire` takes `{session}` and answers `{token}`. It fails with `{reason: "held"}` where
 *   another holds it, and with `{reason: "delayed"}` where nobody does but its time has not come.
 * - `release` takes `{session, token}`; it fails with `{reason: "not-holder"}`. With token 0 a
 *   session only leaves the queue of those that wait, which is nothing to the holder.
 * - `expire` takes `{session}`: the session is over, and whatever it held is free. Without a key it
 *   happens to every lock. Most often nobody knows when, so that its status is `unknown`.
 * - `view` answers `{holder, token}`: the session or null, and its token or the last one's; of a
 *   free lock it may have been forgotten, and is 0.
 *
 * Where an acquire has an unknown outcome nobody knows its token either, so the state has the least
 * that it can be until somebody tells. That is why a `view` counts as a change: it adds to what is
 * known.
 */
import type { FailureMeaning, Operation } from "../operation.js";
import { fieldOf, isCount, textOf, type Value } from "../value.js";
import {
  type Compiled,
  changes,
  ignored,
  looks,
  type Model,
  refused,
  signatureOf,
} from "./port.js";

export interface LockState {
  /** The session that holds it. */
  readonly holder: string | null;
  /** Of the holder, or of the last one; 0 at first. */
  readonly token: number;
  /** False: the token is `token` or more. */
  readonly exact: boolean;
}

const free: LockState = { holder: null, token: 0, exact: true };

/** Sessions are numbers or names; they are told apart by their text. */
const sessionOf = (value: Value): string | null => {
  const session = fieldOf(value, "session");
  return typeof session === "number" || typeof session === "string" ? `${session}` : null;
};

const couldBe = ({ token, exact }: LockState, told: number): boolean =>
  exact ? told === token : told >= token;

function acquire(operation: Operation, failure: FailureMeaning): Compiled<LockState> {
  const session = sessionOf(operation.input);
  if (session === null) return refused("the input of acquire to be {session}");
  if (operation.status === "fail") return acquireFailed(operation, failure, session);
  const signature = signatureOf(operation, session);
  if (operation.status === "unknown") {
    return changes(`${signature} ?`, (state) =>
      state.holder === null ? { holder: session, token: state.token + 1, exact: false } : undefined,
    );
  }
  const token = fieldOf(operation.output, "token");
  if (!isCount(token)) return refused("the output of acquire to be {token}, a count");
  return changes(`${signature} ${token}`, (state) => {
    // Who holds it already is told so, with the token that it has.
    if (state.holder === session) return holds(state, session, token);
    const grows = state.holder === null && token > state.token;
    return grows ? { holder: session, token, exact: true } : undefined;
  });
}

function holds(state: LockState, holder: string, token: number): LockState | undefined {
  return couldBe(state, token) ? { holder, token, exact: true } : undefined;
}

function acquireFailed(
  operation: Operation,
  failure: FailureMeaning,
  session: string,
): Compiled<LockState> {
  const reason = fieldOf(operation.output, "reason");
  if (failure === "removed") return ignored;
  const signature = signatureOf(operation, session, textOf(reason));
  if (reason === "held" || reason === null) {
    return looks(signature, ({ holder }) => holder !== null && holder !== session);
  }
  return reason === "delayed" ? looks(signature, ({ holder }) => holder === null) : ignored;
}

function release(operation: Operation, failure: FailureMeaning): Compiled<LockState> {
  const session = sessionOf(operation.input);
  const token = fieldOf(operation.input, "token");
  if (session === null || !isCount(token)) {
    return refused("the input of release to be {session, token}");
  }
  if (token === 0) return ignored;
  const signature = signatureOf(operation, session, `${token}`);
  if (operation.status !== "fail") {
    return changes(signature, (state) =>
      state.holder === session && couldBe(state, token)
        ? { holder: null, token, exact: true }
        : undefined,
    );
  }
  const reason = fieldOf(operation.output, "reason");
  const observed = failure === "observed" && (reason === null || reason === "not-holder");
  if (!observed) return ignored;
  return looks(signature, (state) => {
    const surely = state.exact && state.token === token;
    return state.holder !== session || !surely;
  });
}

function expire(operation: Operation): Compiled<LockState> {
  const session = sessionOf(operation.input);
  if (session === null) return refused("the input of expire to be {session}");
  if (operation.status === "fail") return ignored;
  return changes(signatureOf(operation, session), (state) =>
    state.holder === session ? { ...state, holder: null } : state,
  );
}

function view(operation: Operation): Compiled<LockState> {
  if (operation.status !== "ok") return ignored;
  const { output } = operation;
  const holder = fieldOf(output, "holder");
  const token = fieldOf(output, "token");
  if (!isCount(token)) return refused("the output of view to be {holder, token}");
  const session = holder === null ? null : `${typeof holder === "object" ? "" : holder}`;
  return changes(signatureOf(operation, textOf(output)), (state) => {
    if (state.holder !== session) return undefined;
    // A token of before still counts: whatever comes must be greater.
    if (session === null && token === 0) return state;
    return couldBe(state, token) ? { holder: session, token, exact: true } : undefined;
  });
}

export const lock: Model<LockState> = {
  name: "lock",
  kinds: ["acquire", "release", "expire", "view"],
  summary: "acquire {session} -> {token}; release {session, token}; expire {session}; view",
  partsOf: ({ key, kind }) => (key === null && kind === "expire" ? "every" : [key ?? ""]),
  initial: (init) =>
    init === undefined || init === null
      ? { ok: true, state: free }
      : { ok: false, expected: "null: a lock is free at first" },
  compile(operation, failure) {
    switch (operation.kind) {
      case "acquire":
        return acquire(operation, failure);
      case "release":
        return release(operation, failure);
      case "expire":
        return expire(operation);
      case "view":
        return view(operation);
      default:
        return refused("acquire, release, expire or view");
    }
  },
  describe: ({ holder, token, exact }) =>
    `${holder === null ? "free" : `held by ${holder}`}, token ${exact ? "" : "at least "}${token}`,
};
