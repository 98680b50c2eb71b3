/**
 * One run of a simulated group from one seed: first anything goes wrong and nothing false may be
 * told (safety); then a core of the group is healed and must make progress (liveness; the two modes
 * are TigerBeetle's). What was told is judged at the end.
 */
import { checkHistory } from "../../consistency/check.js";
import { HistoryRecorder } from "../../consistency/history/recorder.js";
import { keyValue } from "../../consistency/models/key-value.js";
import { lock } from "../../consistency/models/lock.js";
import type { Model } from "../../consistency/models/port.js";
import { tokenFaultOf } from "../../consistency/tokens.js";
import { operationText, verdictText } from "../../consistency/words.js";
import type { NodeId } from "../../kernel/ids.js";
import { Prng } from "../../kernel/prng.js";
import { type Duration, millis, seconds } from "../../kernel/time.js";
import type { MemberRoles } from "../../replication/raft/ports.js";
import { tasksMax } from "../../replication/replica/limits.js";
import {
  type ReplicaOptions,
  type ReplicaParts,
  replicaParts,
} from "../../replication/replica/parts.js";
import { Replica } from "../../replication/replica/replica.js";
import type { ModelledDisk } from "../disk/modelled-disk.js";
import { later, type TrueTime } from "../true-time.js";
import { Beliefs } from "./beliefs.js";
import type { Birth } from "./board.js";
import { counterCommands } from "./counter-app.js";
import { Counters } from "./counters.js";
import { SimulatedGroup } from "./group.js";
import { Nemesis } from "./nemesis.js";
import { ObservedRaft, ObservedService } from "./observed.js";
import { StaleReads } from "./stale-reads.js";
import { drawSwarm, type FaultKind, firstMembers, type Swarm } from "./swarm.js";
import { Truth } from "./truth.js";
import { Workload } from "./workload.js";

/** What a test puts in the place of what is right, to see whether it is found. */
export interface Tampering {
  parts?(parts: ReplicaParts, options: ReplicaOptions): ReplicaParts;
  replica?(make: () => Replica): Replica;
  disk?(make: () => ModelledDisk, id: NodeId): ModelledDisk;
  swarm?(swarm: Swarm): Swarm;
}

export interface RunOptions {
  readonly seed: number;
  readonly tampering?: Tampering;
  readonly trace?: (line: string) => void;
}

export interface RunReport {
  readonly seed: number;
  readonly violations: readonly string[];
  /** Histories for which no verdict was found. They are no violation, and have shown nothing. */
  readonly unjudged: readonly string[];
  readonly effects: ReadonlyMap<FaultKind, number>;
  /** Of other things that must have happened somewhere in a sweep. */
  readonly happened: Readonly<Record<string, number>>;
  readonly swarm: Swarm;
}

/** A healed core makes progress in this time, or never will. */
const progressWithin = seconds(20);
const quietFor = seconds(2);
const checkEvery = millis(100);
/** Steps of the search for an order. Beyond them the verdict is "unknown", which is told. */
const searchStepsMax = 400_000;
/** Of the log in memory; the limits that are drawn bound its bytes, and no entry is empty. */
const entriesMax = 20_000;
const diskBytesMax = 8 * 1_024 * 1_024;

export function runSeed(options: RunOptions): RunReport {
  return new Run(options).run();
}

class Run {
  readonly #seed: number;
  readonly #tampering: Tampering;
  readonly #swarm: Swarm;
  readonly #truth = new Truth();
  readonly #beliefs = new Beliefs();
  readonly #counters = new Counters();
  readonly #stale: StaleReads;
  readonly #settings = new HistoryRecorder({ model: "key-value" });
  readonly #locks = new HistoryRecorder({ model: "lock" });
  readonly #services = new Map<NodeId, ObservedService>();
  readonly #group: SimulatedGroup;
  readonly #nemesis: Nemesis;
  readonly #workload: Workload;
  readonly #happened: Record<string, number> = {};
  readonly #unjudged: string[] = [];

  constructor({ seed, tampering = {}, trace }: RunOptions) {
    const dice = new Prng(seed);
    this.#seed = seed;
    this.#tampering = tampering;
    const swarm = drawSwarm(seed, dice.split("swarm"));
    this.#swarm = tampering.swarm?.(swarm) ?? swarm;
    this.#stale = new StaleReads(this.#swarm.clockDriftPpm);
    this.#group = new SimulatedGroup({
      swarm: this.#swarm,
      dice: dice.split("group"),
      make: (birth) => this.#makeReplica(birth),
      ...(tampering.disk === undefined ? {} : { makeDisk: tampering.disk }),
      onEvent: (board, event) => {
        this.#group.trace(() => `${board.id}: ${JSON.stringify(event, mapsAsLists)}`);
        this.#count(`event ${event.kind}`);
        if (event.kind === "stepped-down") this.#count(`stepped down: ${event.reason}`);
        if (event.kind === "role") this.#truth.told(board.id, event);
        this.#nemesis.onEvent(board, event);
      },
      onSend: (board, body) => this.#nemesis.onSend(board, body),
      onDiskFault: (fault) => this.#nemesis.onDiskFault(fault),
      trace: trace ?? null,
    });
    for (const board of this.#group.boards.slice(0, this.#swarm.voters)) {
      this.#group.after(millis(dice.below(50)), () => board.boot());
    }
    this.#nemesis = new Nemesis(this.#group, this.#swarm, dice.split("nemesis"));
    this.#workload = new Workload(this.#group, this.#swarm, dice.split("workload"), {
      settings: this.#settings,
      locks: this.#locks,
      beliefs: this.#beliefs,
      counters: this.#counters,
      stale: this.#stale,
      acknowledged: (at) => {
        this.#truth.acknowledged(at);
        this.#stale.acknowledged(this.#group.now, at);
      },
    });
  }

  run(): RunReport {
    try {
      this.#runWatched(this.#swarm.faultsFor);
      this.#requireProgress();
      this.#runWatched(quietFor);
      this.#compareStates();
    } catch (error) {
      this.#truth.violated(`thrown: ${error instanceof Error ? error.stack : String(error)}`);
    }
    this.#judge("settings", this.#settings, keyValue as Model<unknown>);
    this.#judge("locks", this.#locks, lock as Model<unknown>);
    return this.#report();
  }

  #makeReplica(birth: Birth): Replica {
    const { raft, segmentBytes } = this.#swarm;
    const options: ReplicaOptions = {
      now: birth.now,
      self: birth.id,
      group: birth.replaced ? null : this.#firstGroup(birth.id),
      life: birth.life,
      dice: birth.dice,
      raft,
      log: { segmentBytes },
      app: counterCommands,
    };
    const parts = replicaParts(options);
    const observed: ReplicaParts = {
      ...parts,
      raft: (now, recovered) => {
        this.#truth.recovered(birth.id, recovered);
        return new ObservedRaft(parts.raft(now, recovered), birth.id, this.#truth);
      },
      service: () => {
        const service = new ObservedService(counterCommands, birth.id, this.#truth);
        this.#services.set(birth.id, service);
        return service;
      },
    };
    const tampered = this.#tampering.parts?.(observed, options) ?? observed;
    const make = (): Replica => new Replica(options, tampered);
    return this.#tampering.replica?.(make) ?? make();
  }

  #firstGroup(self: NodeId): MemberRoles | null {
    const members = firstMembers(this.#swarm);
    return members.has(self) ? members : null;
  }

  // --- progress --------------------------------------------------------------------------------

  #requireProgress(): void {
    const except = this.#expendable();
    this.#group.trace(() => `healed, but for ${except ?? "nobody"}`);
    this.#nemesis.heal(except);
    const answeredBefore = this.#workload.answered;
    const acknowledgedBefore = this.#truth.acknowledgedMax;
    const end = later(this.#group.now, progressWithin);
    while (this.#group.now < end) {
      this.#runWatched(millis(500));
      const answered = this.#workload.answered - answeredBefore;
      const advanced = this.#truth.acknowledgedMax > acknowledgedBefore;
      if (advanced && answered > 5 * this.#swarm.clients && this.#haveCaughtUp(except)) break;
    }
    const seconds = (progressWithin / 1_000_000).toFixed(0);
    if (this.#group.now >= end) {
      this.#truth.violated(`no progress in ${seconds} s after the heal: ${this.#standing()}`);
    }
    this.#workload.stop();
  }

  /** Of a group that never changed, one may stay away: the rest is a core that must do without. */
  #expendable(): NodeId | null {
    const group = this.#group.members;
    const { boards, voters, witness } = this.#swarm;
    if (witness || group.outgoing !== null) return null;
    const first = boards.slice(0, voters);
    // Until the log names their disks, the first members must all be up to begin (see blank.ts).
    const lives = this.#truth.group?.lives;
    const isFirst = group.members.size === voters && first.every((id) => lives?.has(id) === true);
    const replaced = this.#group.boards.some((board) => board.replaced);
    if (!isFirst || replaced) return null;
    return this.#seed % 2 === 0 ? null : (first[this.#seed % voters] ?? null);
  }

  #haveCaughtUp(except: NodeId | null): boolean {
    const { members } = this.#group.members;
    for (const [member, role] of members) {
      if (member === except || role === "witness") continue;
      const applied = this.#group.board(member).replica?.status().applied ?? 0;
      if (applied < this.#truth.acknowledgedMax) return false;
    }
    return members.size > 0;
  }

  #standing(): string {
    const standings = this.#group.boards.flatMap((board) => {
      const status = board.replica?.status();
      if (status === undefined) return [];
      const { raft } = status;
      const role = raft === null ? status.phase : `${raft.role} of ${raft.term}`;
      const log = raft === null ? "" : `, ${status.applied}/${raft.committed}/${raft.last}`;
      return [`${board.id} ${role}${log} ${status.disk} waits ${status.waiting}`];
    });
    const group = JSON.stringify(this.#group.members, mapsAsLists);
    return `${standings.join("; ")}; acknowledged ${this.#truth.acknowledgedMax}; ${group}`;
  }

  // --- what must hold at any time --------------------------------------------------------------

  #runWatched(length: Duration): void {
    const end = later(this.#group.now, length);
    while (this.#group.now < end) {
      const next = Math.min(end, this.#group.now + checkEvery) as TrueTime;
      this.#group.run(next);
      this.#checkBounds();
    }
  }

  #checkBounds(): void {
    // Whoever knows them may be down when they are asked for.
    this.#group.noteMembers();
    for (const board of this.#group.boards) {
      const status = board.replica?.status();
      if (status === undefined) continue;
      const { raft, waiting } = status;
      const entries = raft === null ? 0 : raft.last - raft.first + 1;
      if (waiting > 4 * tasksMax) this.#truth.violated(`${board.id}: ${waiting} requests wait`);
      if (entries > entriesMax) this.#truth.violated(`${board.id}: ${entries} entries in memory`);
      const bytes = board.disk.files.folder.bytes;
      if (bytes > diskBytesMax) this.#truth.violated(`${board.id}: ${bytes} bytes on its disk`);
    }
  }

  #compareStates(): void {
    for (const board of this.#group.boards) {
      if (board.replica?.status().phase === "running") this.#services.get(board.id)?.snapshot();
    }
    for (const [counter, count] of Object.entries(this.#newestCounters())) {
      if (!counter.startsWith("once") || count === 1) continue;
      this.#truth.violated(`${counter} was asked for once, and counted ${count} times`);
    }
  }

  #newestCounters(): Record<string, unknown> {
    const services = this.#group.boards.flatMap(({ id }) => this.#services.get(id) ?? []);
    const [newest] = services.sort((one, other) => other.at - one.at);
    return (newest?.appState ?? {}) as Record<string, unknown>;
  }

  // --- the end ---------------------------------------------------------------------------------

  #judge(name: string, recorder: HistoryRecorder, model: Model<unknown>): void {
    const history = recorder.history();
    const verdict = checkHistory(history, { model, stepsMax: searchStepsMax });
    this.#count(`${name}: ${verdict.verdict}`);
    if (verdict.verdict === "refused") this.#truth.violated(JSON.stringify(verdict.refusal));
    else if (verdict.verdict === "unknown") this.#unjudged.push(`${name}: ${verdictText(verdict)}`);
    else if (verdict.verdict === "not") {
      this.#truth.violated(`${name} are not linearizable: ${verdictText(verdict)}`);
    }
    const tokens = tokenFaultOf(history);
    if (tokens === null) return;
    const [earlier, later] = [operationText(tokens.earlier), operationText(tokens.later)];
    this.#truth.violated(`tokens do not grow: ${earlier}, and then ${later}`);
  }

  #report(): RunReport {
    const { clients } = this.#swarm;
    this.#happened["answered"] = this.#workload.answered;
    this.#happened["unknown"] = this.#workload.unknown;
    this.#happened["late"] = this.#group.boards.reduce((sum, board) => sum + board.timesLate, 0);
    this.#happened["locks held"] = this.#beliefs.count;
    this.#happened["counted"] = this.#counters.count;
    this.#happened["stale reads"] = this.#stale.count;
    this.#happened["stale reads of no age"] = this.#stale.withoutAge;
    this.#happened["elections"] = this.#truth.elections;
    this.#happened["clients"] = clients;
    Object.assign(this.#happened, this.#group.network.counts, this.#group.counts);
    return {
      seed: this.#seed,
      violations: [
        ...this.#truth.violations,
        ...this.#beliefs.violations,
        ...this.#counters.violations,
        ...this.#stale.violations,
      ],
      unjudged: this.#unjudged,
      effects: this.#nemesis.effects,
      happened: this.#happened,
      swarm: this.#swarm,
    };
  }

  #count(name: string): void {
    this.#happened[name] = (this.#happened[name] ?? 0) + 1;
  }
}

const mapsAsLists = (_key: string, value: unknown): unknown =>
  value instanceof Map ? [...value] : value;
