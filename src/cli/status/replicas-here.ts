/** The replicas that run on this machine, by their sockets in the state folder. */
import { readdir } from "node:fs/promises";
import { basename, join } from "node:path";
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

/**
 * The nodes that have a socket in the folder, in the order of their names; or the one named.
 *
 * @throws CliFailure (usage) for a name that can be no node's, (not available) without the folder
 */
export async function nodesIn(
  stateDir: string,
  wanted: string | undefined,
): Promise<readonly NodeId[]> {
  const names = wanted === undefined ? await socketsIn(stateDir) : [wanted];
  return names.map((name) => {
    const id = parseNodeId(name);
    if (id === null) throw new CliFailure("usage", `${name} is no id of a node`);
    return id;
  });
}

async function socketsIn(stateDir: string): Promise<readonly string[]> {
  try {
    const names = (await readdir(stateDir)).filter((name) => name.endsWith(".sock"));
    return names.map((name) => basename(join(stateDir, name), ".sock")).sort();
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new CliFailure("notAvailable", `nobody answers: no folder ${stateDir} (${reason})`);
  }
}

export function nobody(stateDir: string, silent: readonly Silent[]): CliFailure {
  const who = silent.map(silentText).join("; ") || `no replica was started with ${stateDir}`;
  return new CliFailure("notAvailable", `nobody answers (${who})`, { silent });
}
