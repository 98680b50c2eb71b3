/** By which paths a replica and its peers hear one another, as a table. */
import type { Direction } from "../../detection/paths/directions.js";
import type { PathStanding, PeerPathsStanding } from "../../detection/paths/peer-paths.js";
import type { Instant } from "../../kernel/time.js";
import type { NodeStatus } from "../../node/status.js";
import { type Paint, type Tone, table } from "../terminal.js";

/** Empty where all is plain: what one path that works says, the table of members says already. */
export function pathTable({ paths, at }: NodeStatus, paint: Paint): string {
  const isPlain = paths.every(({ paths: all }) => all.length === 1 && all[0]?.direction === "both");
  if (isPlain) return "";
  const columns = [
    { title: "  peer" },
    { title: "is" },
    { title: "path" },
    { title: "carries" },
    { title: "heard before", align: "right" },
  ] as const;
  return `\n${table(
    columns,
    paths.flatMap((peer) => peerRows(peer, at, paint)),
  )}`;
}

const levelTones = { whole: "good", degraded: "warning", cut: "bad" } as const;

function peerRows({ peer, level, paths }: PeerPathsStanding, at: Instant, paint: Paint) {
  return paths.map((path, index) => {
    const head = index === 0 ? [`  ${peer}`, paint(levelTones[level], level)] : ["", ""];
    return [...head, path.path, carriesText(path, paint), heardText(path, at)];
  });
}

const directionWords: Readonly<Record<Direction, string>> = {
  both: "both ways",
  "in-only": "in only: it does not hear us",
  "out-only": "out only: it hears us, and is not heard",
  none: "neither way",
  unknown: "not known",
};

function carriesText({ direction, lost }: PathStanding, paint: Paint): string {
  return paint(toneOf(direction, lost), directionWords[direction]);
}

function toneOf(direction: Direction, lost: boolean): Tone {
  if (direction === "both") return "good";
  return lost ? "bad" : "warning";
}

/** The same of one path in a sentence. */
export const pathLine = (path: PathStanding, at: Instant): string =>
  `By ${path.path} frames get through ${directionWords[path.direction]}` +
  `; last heard ${path.heardAt === null ? "never" : `${heardText(path, at)} ago`}.`;

const heardText = ({ heardAt }: PathStanding, at: Instant): string =>
  heardAt === null ? "never" : `${((at - heardAt) / 1_000).toFixed(1)} ms`;
