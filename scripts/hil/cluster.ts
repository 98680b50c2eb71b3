/**
 * Three guests, one replica in each, on a network and with a serial line between any two. The lane
 * reads what they write down as they go; it cuts the network for a while, and tells the one that
 * drives the outputs to hang: not the clock decides when, but what they say.
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
  /** Further lines of the config. */
  readonly further: string;
  /** In seconds. */
  readonly secondsMax: number;
}

export interface ClusterEnd {
  readonly ends: ReadonlyMap<Member, GuestEnd>;
  /** Who was told to hang, and the last cycle that it had voted in; null: never came to it. */
  readonly hung: { readonly member: Member; readonly cycle: number } | null;
  /** The first cycle without a network, in which they must go on by their serial lines. */
  readonly cutFrom: number | null;
  /** How far the story went, for whoever reads of a failure. */
  readonly reached: string;
}

const moduleWords = ["i6300esb:heartbeat=4", "virtio_net"];
const memoryMiB = 320;
const lookEveryMs = 1_000;

/** Cycles that all see all: before one is hung, and after it is back. */
const settledCycles = 5;

/** Longer than it takes to suspect a peer, and to exclude its channel. */
const cutCycles = 8;

export const guestName = (cluster: string, member: Member): string => `${cluster}-${member}`;

const outFile = (cluster: string, member: Member, file: string): string =>
  join(runFolder(guestName(cluster, member)), "out", file);

export async function readOut(cluster: string, member: Member, file: string): Promise<string> {
  return readFile(outFile(cluster, member, file), "utf8").catch(() => "");
}

export async function runCluster(options: ClusterOptions): Promise<ClusterEnd> {
  // The path of a socket has room for 107 characters, a clone may stand anywhere.
  const sockets = await mkdtemp(join(tmpdir(), "hil-"));
  // What an earlier run has left would be taken for this one's.
  for (const member of members) {
    await rm(runFolder(guestName(options.name, member)), { recursive: true, force: true });
  }
  const hub = await NetworkHub.listen(join(sockets, "net"));
  try {
    return await runMembers(options, sockets, hub);
  } finally {
    hub.close();
    await rm(sockets, { recursive: true, force: true });
  }
}

async function runMembers(
  options: ClusterOptions,
  sockets: string,
  hub: NetworkHub,
): Promise<ClusterEnd> {
  const ends = new Map<Member, GuestEnd>();
  const running = members.map(async (member) => {
    ends.set(member, await runGuest(guestOptions(options, member, sockets)));
  });
  const conductor = new Conductor(options.name, hub, () => ends.size > 0);
  const conducted = conductor.conduct();
  await Promise.all(running);
  await conducted;
  const { hung, cutFrom, reached } = conductor;
  return { ends, hung, cutFrom, reached };
}

function guestOptions(options: ClusterOptions, member: Member, sockets: string) {
  const { name, image, timing, further, secondsMax } = options;
  const variables = { NODE_ID: member, TIMING: timing, FURTHER: further };
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
  cutFrom: ClusterEnd["cutFrom"] = null;
  reached = "they were started";
  readonly #cluster: string;
  readonly #hub: NetworkHub;
  readonly #isOver: () => boolean;

  constructor(cluster: string, hub: NetworkHub, isOver: () => boolean) {
    this.#cluster = cluster;
    this.#hub = hub;
    this.#isOver = isOver;
  }

  async conduct(): Promise<void> {
    if (!(await this.#until(() => this.#allSettled(1)))) return;
    this.reached = "all three voted with all";
    if (!(await this.#withoutNetwork())) return;
    this.reached = "so they did by their serial lines alone";
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

  /** As many cycles as would show a path that is lost. */
  async #withoutNetwork(): Promise<boolean> {
    this.cutFrom = await this.#newestCycle();
    this.#hub.isCut = true;
    const from = this.cutFrom;
    const isLong = async (): Promise<boolean> => {
      const oldest = Math.min(...(await Promise.all(members.map((one) => this.#lastCycle(one)))));
      return oldest >= from + cutCycles && (await this.#allSettled(1));
    };
    const went = await this.#until(isLong);
    this.#hub.isCut = false;
    return went;
  }

  async #newestCycle(): Promise<number> {
    return Math.max(...(await Promise.all(members.map((one) => this.#lastCycle(one)))));
  }

  async #lastCycle(member: Member): Promise<number> {
    return (await this.#votes(member, 1)).at(-1)?.cycle ?? 0;
  }

  async #hang(member: Member): Promise<void> {
    this.hung = { member, cycle: await this.#lastCycle(member) };
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
