/**
 * From the flags of a command to a client of the replicated state: the sockets of the replicas on
 * this machine, tried one after the other. And from refusals to exit codes, in one place.
 */
import type { Command } from "commander";
import { askState } from "../../host/state/ask-state.js";
import { connect } from "../../host/state/client.js";
import {
  type ConnectOptions,
  type StateClient,
  StateRefusal,
  type StateRefusalReason,
} from "../../host/state/client-ports.js";
import { stateSocketPath } from "../../host/state/state-socket.js";
import { UsageError } from "../../kernel/assert.js";
import { type Duration, millis, seconds } from "../../kernel/time.js";
import type { ClientReply, ClientRequest } from "../../replication/service/ports.js";
import { withConfigFlags } from "../config-source.js";
import { CliFailure, type ExitReason } from "../exit.js";
import type { CliIo } from "../io.js";
import { nodesIn, stateSocketsHere } from "../status/replicas-here.js";
import { type StateDirFlags, stateDirOf } from "../status/state-dir.js";
import { durationWithin } from "./words.js";

export interface ClientFlags extends StateDirFlags {
  readonly node?: string;
  readonly timeout: string;
  readonly json?: boolean;
}

/** The flags of every command that speaks to the replicated state. */
export const withClientFlags = (command: Command, timeout = "10s"): Command =>
  withConfigFlags(command)
    .option("--state-dir <folder>", "where the sockets are, instead of that of the config")
    .option("-n, --node <id>", "ask only this replica of this machine")
    .option("--timeout <duration>", "how long an answer may take", timeout)
    .option("--json", "one JSON object on stdout");

type Session = Pick<ConnectOptions, "name" | "lease" | "exactlyOnce">;

/** Writes of one command need no session: it says what became of them, or that nobody knows. */
const withoutSession: Session = { exactlyOnce: false };

/** @throws CliFailure where it was refused, with what a person can do about it */
export async function withClient<T>(
  io: CliIo,
  flags: ClientFlags,
  use: (client: StateClient) => Promise<T>,
  session: Session = withoutSession,
): Promise<T> {
  const [paths, timeout] = [await pathsOf(io, flags), timeoutOf(flags)];
  return explained(async () => {
    const client = await connect({ ...session, paths, timeout });
    try {
      return await use(client);
    } finally {
      await client.close();
    }
  });
}

/**
 * One request to the first replica of this machine that is there.
 *
 * @throws CliFailure where none is, or it does not serve
 */
export async function askHere(
  io: CliIo,
  flags: ClientFlags,
  request: ClientRequest,
): Promise<ClientReply> {
  const paths = await pathsOf(io, flags);
  return explained(async () => {
    const reply = await askFirst(paths, request, timeoutOf(flags));
    if (reply.kind === "refused") throw new StateRefusal(reply.reason, reply.detail);
    return reply;
  });
}

async function askFirst(
  [path = "", ...others]: readonly string[],
  request: ClientRequest,
  within: Duration,
): Promise<ClientReply> {
  try {
    return await askState(path, request, within);
  } catch (error) {
    const isAbsent = error instanceof StateRefusal && error.reason === "no-replica";
    if (!isAbsent || others.length === 0) throw error;
    return askFirst(others, request, within);
  }
}

async function pathsOf(io: CliIo, flags: ClientFlags): Promise<string[]> {
  const stateDir = await stateDirOf(io, flags);
  const nodes = await nodesIn(stateDir, flags.node, stateSocketsHere);
  if (nodes.length === 0) {
    const text = `nobody answers: no replica runs with ${stateDir} (${hints["no-replica"]})`;
    throw new CliFailure("notAvailable", text, { reason: "no-replica" });
  }
  return nodes.map((node) => stateSocketPath(stateDir, node));
}

async function explained<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    // What a person has said is what the client was called with.
    if (error instanceof UsageError) throw new CliFailure("usage", error.message);
    throw error instanceof StateRefusal ? failureOf(error) : error;
  }
}

export const timeoutOf = ({ timeout }: ClientFlags): Duration =>
  durationWithin("--timeout", timeout, [millis(1), seconds(86_400)]);

const exits: Readonly<Record<StateRefusalReason, Exclude<ExitReason, "ok" | "bug">>> = {
  "no-replica": "notAvailable",
  "not-permitted": "notAvailable",
  "no-leader": "notAvailable",
  "no-quorum": "notAvailable",
  "disk-not-writable": "notAvailable",
  "no-copy": "notAvailable",
  overloaded: "notAvailable",
  closed: "notAvailable",
  "session-lost": "notAvailable",
  "too-many-calls": "notAvailable",
  cancelled: "notAvailable",
  "not-in-session": "checkFailed",
  "not-held": "checkFailed",
  "wrong-call": "usage",
  "timed-out": "timedOut",
  "unknown-outcome": "timedOut",
  "version-mismatch": "checkFailed",
  held: "checkFailed",
  delayed: "checkFailed",
  "not-holder": "checkFailed",
  "app-refused": "checkFailed",
  limit: "checkFailed",
  "change-refused": "checkFailed",
  compacted: "checkFailed",
  "no-session": "checkFailed",
  invalid: "usage",
  malformed: "usage",
  "unknown-command": "usage",
};

const majorityHint =
  "a majority of the members has to be up, before the first write ever all voters and witnesses: " +
  "see `holdfast member list` and `holdfast status`";

const hints: Partial<Record<StateRefusalReason, string>> = {
  "no-replica": "is `holdfast run` up on this machine, with this stateDir?",
  "not-permitted": "the socket is for the user that runs the replica",
  "no-leader": majorityHint,
  "no-quorum": majorityHint,
  "disk-not-writable": "see `holdfast status`, and `holdfast doctor` on the leader's board",
  "unknown-outcome": "it may have been applied or not: look before you do it again",
};

function failureOf({ reason, message }: StateRefusal): CliFailure {
  const hint = hints[reason];
  const text = hint === undefined ? message : `${message} (${hint})`;
  return new CliFailure(exits[reason], text, { reason });
}
