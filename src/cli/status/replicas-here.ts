/** The replicas and agents that run on this machine, by their sockets in the state folder. */
import { readdir } from "node:fs/promises";
import { type NodeId, parseNodeId } from "../../kernel/ids.js";
import { CliFailure } from "../exit.js";

/** A replica that does not answer within this, in milliseconds, hangs. */
export const answerMillisMax = 1_000;

export interface Silent {
  readonly node: string;
  readonly reason: string;
}

const reasons: Readonly<Record<string, string>> = {
  "no-replica": "it does not run",
  "not-permitted": "this user may not ask it",
  "no-answer": "it does not answer: it hangs, or is just starting",
};

export const silentText = ({ node, reason }: Silent): string =>
  `${node}: ${reasons[reason] ?? reason}`;

/** How the sockets of a kind of process are named: the node, and this. */
export const replicasHere = ".sock";
export const agentsHere = ".agent.sock";
export const stateSocketsHere = ".state.sock";

/**
 * The nodes that have a socket in the folder, in the order of their names; or the one named.
 *
 * @throws CliFailure (usage) for a name that can be no node's, (not available) without the folder
 */
export async function nodesIn(
  stateDir: string,
  wanted: string | undefined,
  suffix: string = replicasHere,
): Promise<readonly NodeId[]> {
  if (wanted === undefined) return socketsIn(stateDir, suffix);
  const id = parseNodeId(wanted);
  if (id === null) throw new CliFailure("usage", `${wanted} is no id of a node`);
  return [id];
}

async function socketsIn(stateDir: string, suffix: string): Promise<readonly NodeId[]> {
  try {
    const files = (await readdir(stateDir)).filter((name) => name.endsWith(suffix));
    // No node has a dot in its name, so that an agent's socket is no replica's.
    const ids = files.map((name) => parseNodeId(name.slice(0, -suffix.length)));
    return ids.filter((id) => id !== null).sort();
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new CliFailure("notAvailable", `nobody answers: no folder ${stateDir} (${reason})`);
  }
}

export function nobody(
  stateDir: string,
  silent: readonly Silent[],
  what: "replica" | "agent" = "replica",
): CliFailure {
  const who = silent.map(silentText).join("; ") || `no ${what} was started with ${stateDir}`;
  return new CliFailure("notAvailable", `nobody answers (${who})`, { silent });
}
