/**
 * Three guests, one replica in each, on a network and with a serial line between any two. The lane
 * reads what they write down as they go, and tells the one that drives the outputs to hang: not the
 * clock decides when, but what they say.
 */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { drives, parseEvents, parseVotes, type Vote } from "./cluster-votes.js";
import type { GuestImage } from "./guest-image.js";
import { type ClusterPlace, type GuestEnd, runGuest, type SerialEnd } from "./machine.js";
import { NetworkHub } from "./network-hub.js";
import { runFolder } from "./places.js";

export const members = ["a", "b", "c"] as const;
export type Member = (typeof members)[number];

export interface ClusterOptions {
  readonly name: string;
  readonly image: GuestImage;
  /** Of the config. */
  readonly timing: string;
  /** Further lines of the config of each. */
  readonly further: (member: Member) => string;
  /** In seconds. */
  readonly secondsMax: number;
}

export interface ClusterEnd {
  readonly ends: ReadonlyMap<Member, GuestEnd>;
  /** Who was told to hang, and the last cycle that it had voted in then; null: it never came to it. */
  readonly hung: { readonly member: Member; readonly cycle: number } | null;
  /** How far the story went, for whoever reads of a failure. */
  readonly reached: string;
}

const moduleWords = ["i6300esb:heartbeat=4", "virtio_net"];
const memoryMiB = 320;
const lookEveryMs = 1_000;

/** Cycles that all see all: before one is hung, and after it is back. */
const settledCycles = 5;

export const guestName = (cluster: string, member: Member): string => `${cluster}-${member}`;

const outFile = (cluster: string, member: Member, file: string): string =>
  join(runFolder(guestName(cluster, member)), "out", file);

export async function readOut(cluster: string, member: Member, file: string): Promise<string> {
  return readFile(outFile(cluster, member, file), "utf8").catch(() => "");
}

export async function runCluster(options: ClusterOptions): Promise<ClusterEnd> {
  // The path of a socket has room for 107 characters, a clone may stand anywhere.
  const sockets = await mkdtemp(join(tmpdir(), "hil-"));
  const hub = await NetworkHub.listen(join(sockets, "net"));
  try {
    return await runMembers(options, sockets);
  } finally {
    hub.close();
    await rm(sockets, { recursive: true, force: true });
  }
}

async function runMembers(options: ClusterOptions, sockets: string): Promise<ClusterEnd> {
  const ends = new Map<Member, GuestEnd>();
  const running = members.map(async (member) => {
    ends.set(member, await runGuest(guestOptions(options, member, sockets)));
  });
  const conductor = new Conductor(options.name, () => ends.size > 0);
  const conducted = conductor.conduct();
  await Promise.all(running);
  await conducted;
  return { ends, hung: conductor.hung, reached: conductor.reached };
}

function guestOptions(options: ClusterOptions, member: Member, sockets: string) {
  const { name, image, timing, further, secondsMax } = options;
  const variables = { NODE_ID: member, TIMING: timing, FURTHER: further(member) };
  return {
    name: guestName(name, member),
    image,
    script: "member.sh",
    variables,
    modules: moduleWords,
    place: placeOf(member, sockets),
    memoryMiB,
    secondsMax,
  };
}

/** ttyS1 and ttyS2 of each lead to the other two, in the order of their names. */
export function placeOf(member: Member, sockets: string): ClusterPlace {
  const number = members.indexOf(member) + 1;
  const serial = members
    .filter((other) => other !== member)
    .map((other): SerialEnd => {
      const [first, second] = [member, other].sort();
      return { path: join(sockets, `line-${first}${second}`), listens: member === first };
    });
  const hardware = `52:54:00:00:00:0${number}`;
  return { address: `10.77.0.${number}/24`, hardware, hub: join(sockets, "net"), serial };
}

/** Looks on, and gives the orders. It gives up as soon as a guest has ended. */
class Conductor {
  hung: ClusterEnd["hung"] = null;
  reached = "they were started";
  readonly #cluster: string;
  readonly #isOver: () => boolean;

  constructor(cluster: string, isOver: () => boolean) {
    this.#cluster = cluster;
    this.#isOver = isOver;
  }

  async conduct(): Promise<void> {
    if (!(await this.#until(() => this.#allSettled(1)))) return;
    this.reached = "all three voted with all";
    let driver: Member | null = null;
    const isDriven = async (): Promise<boolean> => {
      driver = await this.#driver();
      return driver !== null;
    };
    if (!(await this.#until(isDriven)) || driver === null) return;
    await this.#hang(driver);
    this.reached = `${driver}, which drove, was told to hang`;
    if (!(await this.#until(() => this.#allSettled(2)))) return;
    this.reached = "it was back, and all three voted with all";
    for (const member of members) await this.#order(member, "stop");
  }

  /** @returns whether it came to it before a guest ended */
  async #until(isSo: () => Promise<boolean>): Promise<boolean> {
    while (!this.#isOver()) {
      if (await isSo()) return true;
      await pause(lookEveryMs);
    }
    return false;
  }

  async #hang(member: Member): Promise<void> {
    const votes = await this.#votes(member, 1);
    this.hung = { member, cycle: votes.at(-1)?.cycle ?? 0 };
    await this.#order(member, "hang");
  }

  /** A file that is half written is no order yet: the guest looks again. */
  #order = (member: Member, order: "hang" | "stop"): Promise<void> =>
    writeFile(outFile(this.#cluster, member, "order"), `${order}\n`);

  /** @param boot of the one that was hung; the others stay in their first */
  async #allSettled(boot: number): Promise<boolean> {
    for (const member of members) {
      const votes = await this.#votes(member, member === this.hung?.member ? boot : 1);
      const latest = votes.slice(-settledCycles);
      const settled =
        latest.length === settledCycles && latest.every(({ status }) => status === "ok");
      if (!settled) return false;
    }
    return true;
  }

  async #votes(member: Member, boot: number): Promise<readonly Vote[]> {
    return parseVotes(await readOut(this.#cluster, member, `votes.${boot}`));
  }

  async #driver(): Promise<Member | null> {
    for (const member of members) {
      const log = await readOut(this.#cluster, member, "log.1");
      if (drives(parseEvents(log))) return member;
    }
    return null;
  }
}
