/**
 * Who changes the members of a simulated group, from outside and one after the other: adds blank
 * boards, promotes, removes, replaces boards that may be dead already, and hands the leadership on.
 * The disk of a board that has left is changed for a blank one, and it may come back.
 */
import type { NodeId } from "../../kernel/ids.js";
import type { Prng } from "../../kernel/prng.js";
import { type Duration, micros, millis } from "../../kernel/time.js";
import type { MemberChange, MemberRole } from "../../replication/raft/ports.js";
import type { Plain } from "../../replication/service/ports.js";
import type { Board } from "./board.js";
import type { SimulatedGroup } from "./group.js";
import { SimClient } from "./sim-client.js";
import type { FaultKind, Swarm } from "./swarm.js";

interface AdminSurroundings {
  /** A change came to its end. */
  changed(kind: FaultKind): void;
  crash(board: Board): void;
}

export class Admin {
  readonly #group: SimulatedGroup;
  readonly #swarm: Swarm;
  readonly #dice: Prng;
  readonly #around: AdminSurroundings;
  readonly #client: SimClient;
  /** They have left, and have their old disks still. */
  readonly #retired = new Set<NodeId>();
  #changing = false;

  constructor(group: SimulatedGroup, swarm: Swarm, dice: Prng, around: AdminSurroundings) {
    this.#group = group;
    this.#swarm = swarm;
    this.#dice = dice;
    this.#around = around;
    const settings = { lease: swarm.sessionLease, driftPpm: swarm.clockDriftPpm };
    this.#client = new SimClient("admin", group, dice.split("client"), settings);
  }

  hasRetired(id: NodeId): boolean {
    return this.#retired.has(id);
  }

  change(kind: FaultKind): void {
    if (this.#changing) return;
    if (kind === "transfer") {
      this.#transfer();
      return;
    }
    const change = this.#drawChange(kind);
    if (change === null) return;
    this.#changing = true;
    if (change.kind === "add") this.#group.board(change.member).boot();
    if (change.kind === "replace") this.#prepareReplacement(change.member, change.successor);
    const words = { ...change } as unknown as Plain;
    this.#client.ask(
      (id) => ({ kind: "change-members", id, change: words }),
      (reply) => {
        this.#changing = false;
        if (reply?.kind === "ok") this.#changed(kind, change);
        this.#client.move();
      },
    );
  }

  #drawChange(kind: FaultKind): MemberChange | null {
    const { members } = this.#group.members;
    const of = (role: MemberRole): NodeId[] =>
      [...members].flatMap(([member, has]) => (has === role ? [member] : []));
    const voters = of("voter");
    const spare = this.#pick(this.#swarm.boards.filter((id) => this.#isSpare(id)));
    switch (kind) {
      case "add-learner":
        return spare === null ? null : { kind: "add", member: spare, role: "learner" };
      case "add-witness":
        if (spare === null || of("witness").length > 0) return null;
        return { kind: "add", member: spare, role: "witness" };
      case "promote": {
        const member = this.#pick(of("learner"));
        return member === null ? null : { kind: "promote", member };
      }
      case "remove": {
        const candidates = voters.length > 3 ? [...members.keys()] : of("learner");
        const member = this.#pick(candidates);
        return member === null ? null : { kind: "remove", member };
      }
      case "replace": {
        const member = this.#pick(voters);
        if (member === null || spare === null) return null;
        return { kind: "replace", member, successor: spare };
      }
      default:
        return null;
    }
  }

  #transfer(): void {
    const target = this.#dice.chance(0.5) ? null : this.#pick(this.#swarm.boards);
    this.#changing = true;
    this.#client.ask(
      (id) => ({ kind: "transfer", id, target }),
      (reply) => {
        this.#changing = false;
        if (reply?.kind === "ok") this.#around.changed("transfer");
        this.#client.move();
      },
    );
  }

  /** The one that goes may be dead already; its successor has nothing on its disk. */
  #prepareReplacement(member: NodeId, successor: NodeId): void {
    this.#group.board(successor).boot();
    if (this.#dice.chance(0.5)) this.#around.crash(this.#group.board(member));
  }

  #changed(kind: FaultKind, change: MemberChange): void {
    this.#around.changed(kind);
    if (change.kind !== "remove" && change.kind !== "replace") return;
    const { member } = change;
    this.#retired.add(member);
    this.#group.after(this.#draw(millis(0), millis(2_000)), () => {
      const board = this.#group.board(member);
      this.#around.crash(board);
      board.wipe();
      this.#retired.delete(member);
    });
  }

  /** Whoever has been a member is none again with the disk that it had then. */
  #isSpare(id: NodeId): boolean {
    if (this.isMember(id)) return false;
    const board = this.#group.board(id);
    if (!board.isUsed) return true;
    return board.replica?.status().raft?.group.members.size === 0;
  }

  /** Or was one lately, and has not been told. */
  isMember(id: NodeId): boolean {
    const group = this.#group.members;
    return group.members.has(id) || group.outgoing?.has(id) === true || this.#retired.has(id);
  }

  #pick<Item>(items: readonly Item[]): Item | null {
    return items.length === 0 ? null : (items[this.#dice.below(items.length)] as Item);
  }

  #draw(min: Duration, max: Duration): Duration {
    return micros(min + this.#dice.below(max - min + 1));
  }
}
