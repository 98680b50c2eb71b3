/**
 * The floor table: which room stands on which floor. A room imports only from floors below its own,
 * so a reader who begins at the kernel never meets a word that was not explained further down, and
 * no change can reach what stands beneath it.
 *
 * Rooms of issues to come are in the table already: their floor is part of the plan.
 */

export interface Room {
  /** The folder, from the root of the repository. */
  readonly folder: string;
  readonly floor: number;
  /** Deterministic, and compiled without Node's types: its hosts bring clock, die, disk and net. */
  readonly pure: boolean;
  /** Rooms of the same floor that count as below this one. */
  readonly above?: readonly string[];
}

const pure = (folder: string, floor: number): Room => ({ folder, floor, pure: true });
const nodeSide = (folder: string, floor: number): Room => ({ folder, floor, pure: false });

/** A board takes system calls and serial lines from the live host, which knows no board. */
const besideHost = (folder: string): Room => ({ ...nodeSide(folder, 8), above: ["src/host"] });

export const rooms: readonly Room[] = [
  pure("src/kernel", 1),
  // The contract of a board, the mock and the recording: every floor from 3 up may see them.
  pure("boards", 2),
  pure("src/codes", 2),
  // Judges histories of operations, whoever made them: it knows no protocol.
  pure("src/consistency", 2),
  { folder: "src/wire", floor: 2, pure: true, above: ["src/codes"] },
  pure("src/voting", 3),
  pure("src/detection", 3),
  pure("src/dependability", 3),
  pure("src/scheduling", 3),
  pure("src/watchdog", 3),
  pure("src/membership", 4),
  pure("src/agreement", 4),
  pure("src/recovery", 4),
  pure("src/multicast", 5),
  pure("src/replication", 5),
  pure("src/control", 6),
  pure("src/faults", 6),
  pure("src/node", 7),
  pure("src/sim", 8),
  pure("src/replay", 8),
  nodeSide("src/host", 8),
  // Real hardware needs Node and speaks the wire's codes, so it is not in the room of its contract.
  besideHost("boards/raspberry-pi"),
  besideHost("boards/arduino"),
  besideHost("boards/bridge"),
  besideHost("boards/simulated-avr"),
  nodeSide("src/config", 9),
  nodeSide("src/observe", 9),
  nodeSide("src/cli", 10),
];

/**
 * The public face of `src` and its only barrel: it may show anything pure, and nothing imports it.
 */
export const publicFace = "src/index.ts";

/** What pure code may import besides itself: packages that read no clock and keep no state. */
export const purePackages: readonly string[] = ["cbor-x", "@noble/hashes"];

/** The room that a file stands in: that of the longest folder; `undefined` outside of all. */
export function roomOf(path: string): Room | undefined {
  const holders = rooms.filter((room) => path.startsWith(`${room.folder}/`));
  return holders.sort((one, other) => other.folder.length - one.folder.length)[0];
}

export const isRoomed = (path: string): boolean =>
  path.startsWith("src/") || path.startsWith("boards/");

export const isPure = (path: string): boolean =>
  path === publicFace || (roomOf(path)?.pure ?? false);

export function mayImport(from: Room, to: Room): boolean {
  if (from === to || to.floor < from.floor) return true;
  return from.above?.includes(to.folder) ?? false;
}
