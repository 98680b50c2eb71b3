/** `holdfast status --why NODE`: why each replica here holds a node for alive, doubtful or dead. */
import { suggestion } from "../../config/suggest.js";
import type { NodeId } from "../../kernel/ids.js";
import { caseText } from "../../membership/case-text.js";
import type { CaseFile, Member } from "../../membership/ports.js";
import type { NodeStatus } from "../../node/status.js";
import { CliFailure } from "../exit.js";
import type { Paint } from "../terminal.js";

/** The opinion of one replica about a node. */
export interface Opinion {
  readonly replica: NodeId;
  /** How the node stands in the replica's view. */
  readonly standing: Member;
  /** Null where the replica has never heard an accusation of it in its own life. */
  readonly case: CaseFile | null;
}

/** @throws CliFailure (usage) for a node that no replica's group has */
export function opinionsOn(why: string, replicas: readonly NodeStatus[]): readonly Opinion[] {
  const opinions = replicas.flatMap(({ node: replica, group }) => {
    const standing = group.members.find(({ member }) => member === why);
    if (standing === undefined) return [];
    const file = group.cases.find(({ member }) => member === why) ?? null;
    return [{ replica, standing, case: file }];
  });
  if (opinions.length > 0) return opinions;
  const known = replicas.flatMap(({ group }) => group.members.map(({ member }) => member));
  throw new CliFailure("usage", `--why: no node "${why}" in the group${suggestion(why, known)}`);
}

/** @param replicas those that answered: their clocks tell how long ago things were */
export function opinionText(
  { replica, standing, case: file }: Opinion,
  replicas: readonly NodeStatus[],
  paint: Paint,
): string {
  const { member, state } = standing;
  const now = replicas.find(({ node }) => node === replica)?.at ?? standing.since;
  const tone = state === "alive" ? "good" : state === "suspected" ? "warning" : "bad";
  const head = `${paint("strong", replica)}: ${member} is ${paint(tone, state)}`;
  const self = replica === member ? ", it says of itself" : "";
  const lines = file === null ? ["Nobody has accused it that I know of."] : caseText(file, now);
  return [`${head}${self}`, ...lines.map((line) => `  ${line}`)].map((one) => `${one}\n`).join("");
}
