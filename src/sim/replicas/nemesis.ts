/**
 * What goes wrong in a simulated group, and who changes its members. Each kind of fault strikes at
 * random times, aims at a random board, and counts where it touched something.
 */
import { unreachable } from "../../kernel/assert.js";
import type { NodeId } from "../../kernel/ids.js";
import type { Prng } from "../../kernel/prng.js";
import { type Duration, micros, millis } from "../../kernel/time.js";
import { parseMessage } from "../../replication/raft/encoding.js";
import { electorsOf } from "../../replication/raft/group.js";
import type { Group } from "../../replication/raft/ports.js";
import type { ReplicaEvent } from "../../replication/replica/ports.js";
import type { DiskFault } from "../disk/disk-faults.js";
import { Effect } from "../effect.js";
import type { LinkFault } from "../network.js";
import type { TrueTime } from "../true-time.js";
import { Admin } from "./admin.js";
import type { Board } from "./board.js";
import type { SimulatedGroup } from "./group.js";
import type { FaultKind, Swarm } from "./swarm.js";

type PartitionKind =
  | "partition"
  | "partition-one-way"
  | "isolate-leader"
  | "isolate-at-lead"
  | "partition-at-change";

interface LaidFault {
  readonly links: readonly (readonly [number, number])[];
  readonly fault: LinkFault;
  readonly kind: FaultKind;
}

export class Nemesis {
  /** By kind, how often it touched something. */
  readonly effects = new Map<FaultKind, number>();
  readonly #group: SimulatedGroup;
  readonly #swarm: Swarm;
  readonly #dice: Prng;
  readonly #admin: Admin;
  readonly #laid = new Set<LaidFault>();
  #active = true;

  constructor(group: SimulatedGroup, swarm: Swarm, dice: Prng) {
    this.#group = group;
    this.#swarm = swarm;
    this.#dice = dice;
    this.#admin = new Admin(group, swarm, dice.split("admin"), {
      changed: (kind) => this.#touch(kind),
      crash: (board) => this.#crash(board),
    });
    for (const [kind, every] of swarm.faults) this.#plan(kind, every);
  }

  /** Some faults strike where it hurts: just after a vote was given. */
  onSend(board: Board, body: unknown): void {
    if (!this.#active || !this.#swarm.faults.has("crash-at-vote")) return;
    if (isGrantedVote(body) && this.#dice.chance(0.4)) this.#crashSoon(board, "crash-at-vote");
  }

  /** Or when somebody has begun to lead, or a group to change. */
  onEvent(board: Board, event: ReplicaEvent): void {
    if (!this.#active) return;
    const { faults } = this.#swarm;
    const leads = event.kind === "role" && event.role === "leader";
    if (leads && faults.has("crash-at-lead") && this.#dice.chance(0.6)) {
      this.#group.after(
        this.#draw(micros(1), millis([1, 10, 100][this.#dice.below(3)] as number)),
        () => this.#crashSoon(board, "crash-at-lead"),
      );
    }
    if (leads && faults.has("isolate-at-lead")) this.#haunt(board);
    if (event.kind !== "group" || !faults.has("partition-at-change")) return;
    this.#onGroup(board, event.group);
  }

  #onGroup(board: Board, group: Group): void {
    if (group.outgoing === null) return;
    const leads = board.replica?.status().raft?.role === "leader";
    // At once: what is about to be sent of the change comes to one side only.
    if (leads && this.#dice.chance(0.4)) {
      const side = newMajorityWith(board.id, group);
      this.#cut("partition-at-change", ({ id }) => side.has(id));
    } else if (this.#dice.chance(0.4)) {
      this.#group.after(this.#draw(micros(1), millis(8)), () => {
        if (this.#active) this.#partition("partition-at-change");
      });
    }
  }

  onDiskFault(fault: DiskFault): void {
    if (fault === "full") this.#touch("disk-full");
    if (fault === "read-only") this.#touch("disk-read-only");
    if (fault === "stall") this.#touch("disk-stall");
    if (fault === "failed-sync") this.#touch("disk-failed-sync");
  }

  /** Everything is well again; those who were down come back, but for `except`. */
  heal(except: NodeId | null): void {
    this.#active = false;
    for (const laid of [...this.#laid]) this.#lift(laid);
    for (const board of this.#group.boards) {
      board.setRate(null);
      this.#mend(board);
      // A disk that has failed is believed again only after a start.
      const status = board.replica?.status();
      if (status?.disk === "failed" || status?.phase === "out") this.#crash(board);
      if (board.id === except) this.#crash(board);
      else if (this.#admin.isMember(board.id) || board.isUsed) board.boot();
    }
  }

  #plan(kind: FaultKind, every: Duration): void {
    const wait = micros(1 + Math.floor(-Math.log(1 - this.#dice.fraction()) * every));
    this.#group.after(wait, () => {
      if (!this.#active) return;
      this.#strike(kind);
      this.#plan(kind, every);
    });
  }

  #strike(kind: FaultKind): void {
    this.#group.trace(() => `nemesis: ${kind}`);
    switch (kind) {
      case "crash":
        this.#crashFor(this.#anyUp(), kind);
        break;
      case "crash-at-vote":
      case "crash-at-lead":
      case "isolate-at-lead":
      case "partition-at-change":
        // These have their own times.
        break;
      case "crash-many":
        for (const board of this.#group.boards) {
          if (this.#dice.chance(0.6)) this.#crashFor(board, kind);
        }
        break;
      case "pause":
        this.#pause();
        break;
      case "partition-one-way":
      case "partition":
      case "isolate-leader":
        this.#partition(kind);
        break;
      case "bad-network":
        this.#worsen();
        break;
      case "clock-rate":
        this.#changeRate();
        break;
      case "suspicion":
        this.#accuse();
        break;
      case "disk-full":
      case "disk-read-only":
      case "disk-stall":
      case "disk-failed-sync":
        this.#breakDisk(kind);
        break;
      case "add-learner":
      case "add-witness":
      case "promote":
      case "remove":
      case "replace":
      case "transfer":
        this.#admin.change(kind);
        break;
      default:
        unreachable(kind);
    }
  }

  // --- boards ----------------------------------------------------------------------------------

  #crashFor(board: Board | null, kind: FaultKind): void {
    if (board?.up !== true) return;
    this.#crash(board);
    this.#touch(kind);
    this.#group.after(this.#draw(millis(20), millis(2_500)), () => {
      if (this.#active && !this.#admin.hasRetired(board.id)) board.boot();
    });
  }

  /** And back again soon: what it has forgotten is asked of it while it still matters. */
  #crashSoon(board: Board, kind: FaultKind): void {
    this.#group.after(this.#draw(micros(1), millis(3)), () => {
      if (!this.#active || !board.up) return;
      this.#crash(board);
      this.#touch(kind);
      this.#group.after(this.#draw(millis(1), millis(60)), () => {
        if (this.#active && !this.#admin.hasRetired(board.id)) board.boot();
      });
    });
  }

  #crash(board: Board): void {
    board.crash();
    this.#group.dropConnections(board);
  }

  #pause(): void {
    const board = this.#anyUp();
    if (board === null) return;
    board.pause((this.#group.now + this.#draw(millis(100), millis(3_000))) as TrueTime);
    this.#touch("pause");
  }

  /** A step in the rate of a clock, within the bound that is promised. */
  #changeRate(): void {
    const board = this.#anyUp();
    if (board === null) return;
    const most = Math.floor(this.#swarm.clockDriftPpm * 0.98);
    board.setRate(this.#dice.below(2 * most + 1) - most);
    this.#touch("clock-rate");
  }

  /** Detectors err: one alone, or all of them at nearly the same time; and take it back. */
  #accuse(): void {
    const { boards, now } = this.#group;
    const leader = boards.find((board) => board.replica?.status().raft?.role === "leader");
    const accused = this.#dice.chance(0.8) ? (leader ?? this.#anyUp()) : this.#anyUp();
    if (accused === null) return;
    const alone = this.#dice.chance(0.3) ? this.#anyUp() : null;
    const until = now + this.#draw(millis(20), millis(2_000));
    for (const board of boards) {
      if (board === accused || (alone !== null && board !== alone)) continue;
      const wait = this.#draw(micros(1), millis(50));
      this.#group.after(wait, () => this.#suspect(board, accused, true));
      const end = micros(Math.max(until - now, wait + 1));
      this.#group.after(end, () => this.#suspect(board, accused, false));
    }
  }

  #suspect(board: Board, { id: member }: Board, suspected: boolean): void {
    const taken = board.offer({ kind: "suspicion", member, suspected });
    if (taken && suspected) this.#touch("suspicion");
  }

  // --- links -----------------------------------------------------------------------------------

  #partition(kind: PartitionKind): void {
    const leader = this.#group.boards.find(
      (board) => board.replica?.status().raft?.role === "leader",
    );
    const friend = this.#dice.chance(0.5) ? this.#anyUp() : null;
    this.#cut(kind, (board) => {
      if (kind === "isolate-leader") return board === leader || board === friend;
      return this.#dice.chance(0.4);
    });
  }

  /**
   * One leader after the other comes to grief, as in figure 8 of the paper: it goes on writing what
   * no majority will have, with another or alone, while the one before is back; or it falls when it
   * has just begun to send.
   */
  #haunt(leader: Board): void {
    for (const laid of this.#laid) if (laid.kind === "isolate-at-lead") this.#lift(laid);
    const friend = this.#pick(this.#group.boards.filter((one) => one.up && one !== leader));
    const fate = this.#dice.below(3);
    const wait =
      fate === 2 ? this.#draw(millis(10), millis(150)) : this.#draw(micros(1), millis(10));
    this.#group.after(wait, () => {
      if (!this.#active) return;
      if (fate === 2) this.#crashSoon(leader, "isolate-at-lead");
      else {
        const isIn = (one: Board) => one === leader || (fate === 0 && one === friend);
        this.#cut("isolate-at-lead", isIn);
      }
    });
  }

  #cut(kind: PartitionKind, isOnThisSide: (board: Board) => boolean): void {
    const { boards } = this.#group;
    const side = boards.map(isOnThisSide);
    const links: [number, number][] = [];
    for (const [from] of boards.entries()) {
      for (const [to] of boards.entries()) {
        if (from === to || side[from] === side[to]) continue;
        if (kind === "partition-one-way" && side[from] === true) continue;
        links.push([from, to]);
      }
    }
    this.#lay(kind, links, { ...healthy, blocked: true, effect: new Effect() });
  }

  #worsen(): void {
    const count = this.#group.boards.length;
    const links: [number, number][] = [];
    for (let from = 0; from < count; from += 1) {
      for (let to = 0; to < count; to += 1) {
        if (from !== to && this.#dice.chance(0.5)) links.push([from, to]);
      }
    }
    this.#lay("bad-network", links, {
      ...healthy,
      loss: this.#dice.fraction() * 0.5,
      duplication: this.#dice.fraction() * 0.3,
      reordering: this.#dice.fraction() * 0.5,
      reorderDelay: millis(1 + this.#dice.below(400)),
      effect: new Effect(),
    });
  }

  #lay(kind: FaultKind, links: readonly (readonly [number, number])[], fault: LinkFault): void {
    const laid: LaidFault = { links, fault, kind };
    this.#laid.add(laid);
    for (const [from, to] of links) this.#group.network.addFault(from, to, fault);
    this.#group.after(this.#draw(millis(100), millis(4_000)), () => this.#lift(laid));
  }

  #lift(laid: LaidFault): void {
    if (!this.#laid.delete(laid)) return;
    for (const [from, to] of laid.links) this.#group.network.removeFault(from, to, laid.fault);
    if (laid.fault.effect.count > 0) this.#touch(laid.kind);
  }

  // --- disks -----------------------------------------------------------------------------------

  #breakDisk(kind: "disk-full" | "disk-read-only" | "disk-stall" | "disk-failed-sync"): void {
    const board = this.#anyUp();
    if (board === null) return;
    const { faults } = board.disk;
    const length = this.#draw(millis(100), millis(3_000));
    if (kind === "disk-full") faults.fill();
    else if (kind === "disk-read-only") faults.makeReadOnly(true);
    else if (kind === "disk-stall") faults.stall((this.#group.now + length) as TrueTime);
    else faults.failSyncs(1 + this.#dice.below(2));
    this.#group.after(length, () => {
      this.#mend(board);
      if (kind === "disk-failed-sync" && this.#active) this.#crashFor(board, "crash");
    });
  }

  #mend(board: Board): void {
    const { faults } = board.disk;
    faults.fill(null);
    faults.makeReadOnly(false);
    faults.stall(this.#group.now);
    faults.failSyncs(0);
    board.touchDisk();
  }

  // ---------------------------------------------------------------------------------------------

  #anyUp(): Board | null {
    return this.#pick(this.#group.boards.filter((board) => board.up));
  }

  #pick<Item>(items: readonly Item[]): Item | null {
    return items.length === 0 ? null : (items[this.#dice.below(items.length)] as Item);
  }

  #draw(min: Duration, max: Duration): Duration {
    return micros(min + this.#dice.below(max - min + 1));
  }

  #touch(kind: FaultKind): void {
    this.effects.set(kind, (this.effects.get(kind) ?? 0) + 1);
  }
}

/** See raft/encoding.ts. */
function isGrantedVote(body: unknown): boolean {
  const message = parseMessage(body);
  return message?.kind === "vote-reply" && message.granted && !message.pre;
}

/**
 * Electors that are a majority of the new members, with as few of the old ones as can be: the old
 * ones that are left are often a majority too, and know nothing of the change. Only in a joint
 * group do neither decide alone.
 */
function newMajorityWith(leader: NodeId, { members, outgoing }: Group): ReadonlySet<NodeId> {
  const electors = electorsOf(members);
  const isNew = (member: NodeId): boolean => outgoing?.has(member) !== true;
  const newest = [...electors].sort((one, other) => Number(isNew(other)) - Number(isNew(one)));
  const side = new Set<NodeId>([leader]);
  for (const member of newest) {
    if (2 * electors.filter((elector) => side.has(elector)).length > electors.length) break;
    side.add(member);
  }
  return side;
}

const healthy = {
  blocked: false,
  loss: 0,
  duplication: 0,
  reordering: 0,
  reorderDelay: millis(1),
  corruption: 0,
  delay: null,
};
