/** `holdfast status --why NODE`: why each replica here holds a node for alive, doubtful or dead. */
import { suggestion } from "../../config/suggest.js";
import type { PeerPathsStanding } from "../../detection/paths/peer-paths.js";
import type { NodeId } from "../../kernel/ids.js";
import type { Instant } from "../../kernel/time.js";
import { caseText } from "../../membership/case-text.js";
import type { CaseFile, Member } from "../../membership/ports.js";
import type { NodeStatus } from "../../node/status.js";
import { CliFailure } from "../exit.js";
import type { Paint } from "../terminal.js";
import { pathLine } from "./path-table.js";

/** The opinion of one replica about a node. */
export interface Opinion {
  readonly replica: NodeId;
  /** How the node stands in the replica's view. */
  readonly standing: Member;
  /** Null where the replica has never heard an accusation of it in its own life. */
  readonly case: CaseFile | null;
  /** By which paths they hear one another; null for the replica itself. */
  readonly paths: PeerPathsStanding | null;
  /** When this was so, on the replica's clock. */
  readonly at: Instant;
}

/** @throws CliFailure (usage) for a node that no replica's group has */
export function opinionsOn(why: string, replicas: readonly NodeStatus[]): readonly Opinion[] {
  const opinions = replicas.flatMap(({ node: replica, group, paths: all, at }) => {
    const standing = group.members.find(({ member }) => member === why);
    if (standing === undefined) return [];
    const file = group.cases.find(({ member }) => member === why) ?? null;
    const paths = all.find(({ peer }) => peer === why) ?? null;
    return [{ replica, standing, case: file, paths, at }];
  });
  if (opinions.length > 0) return opinions;
  const known = replicas.flatMap(({ group }) => group.members.map(({ member }) => member));
  throw new CliFailure("usage", `--why: no node "${why}" in the group${suggestion(why, known)}`);
}

export function opinionText(opinion: Opinion, paint: Paint): string {
  const { replica, standing, case: file, paths, at } = opinion;
  const { member, state } = standing;
  const tone = state === "alive" ? "good" : state === "suspected" ? "warning" : "bad";
  const head = `${paint("strong", replica)}: ${member} is ${paint(tone, state)}`;
  const self = replica === member ? ", it says of itself" : "";
  const story = file === null ? ["Nobody has accused it that I know of."] : caseText(file, at);
  const lines = [...story, ...(paths?.paths ?? []).map((path) => pathLine(path, at))];
  return [`${head}${self}`, ...lines.map((line) => `  ${line}`)].map((one) => `${one}\n`).join("");
}
