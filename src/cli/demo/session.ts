/**
 * A running demo: its replicas, the plant under them, the faults that are on, and the tally of what
 * came of it. The keyboard, the script and the picture are other files; they call this one.
 */
import type { ReplicaMessage } from "../../host/board-channel.js";
import type { MonotonicClock } from "../../host/monotonic-clock.js";
import type { NodeId } from "../../kernel/ids.js";
import { BoundedQueue } from "../../kernel/queue.js";
import type { Instant } from "../../kernel/time.js";
import { type FaultRecord, type SetFault, Tally } from "../../observe/tally.js";
import { type Breakage, breakages, off, stuck } from "./breakages.js";
import type { DashboardView, ReplicaView } from "./dashboard.js";
import { FirmwareFaults } from "./firmware/firmware-faults.js";
import type { Ground } from "./ground.js";
import type { Note } from "./happenings.js";
import { Replica } from "./replica.js";
import { victim } from "./script.js";
import type { StagedSite } from "./staged-site.js";
import { type DemoSummary, faultWords, summarise } from "./summary.js";

export interface SessionOptions {
  readonly app: string;
  readonly ground: Ground;
  readonly site: StagedSite;
  /** The file that Node runs for the command `holdfast`. */
  readonly program: string;
  /** The control cycle, in milliseconds. */
  readonly cycleMs: number;
  /** How often the boards are sampled, in milliseconds. */
  readonly samplingMs: number;
  readonly clock: MonotonicClock;
  /** Somebody plays with it, who may set more faults at once than three replicas bear. */
  readonly attended: boolean;
}

/** How long a board takes to boot, and one whose power was cut to come back. */
const bootMs = 500;
const powerCutMs = 2_500;

/** A replica that is asked to stop gets so long to let go of its outputs. */
const stopGraceMs = 2_000;

/** What a lossy network loses, of the packets of every link. */
const lossShare = 0.1;

/** What was done and seen from outside, for the picture; the oldest makes room. */
const notesMax = 50;

export class Session {
  readonly tally: Tally;
  /** What can be done to the firmware; null where there is none. */
  readonly firmware: FirmwareFaults | null;
  readonly #options: SessionOptions;
  readonly #replicas: readonly Replica[];
  readonly #startedAt: Instant;
  /** The faults that are on, by what they are on. */
  readonly #on = new Map<string, FaultRecord>();
  readonly #notes = new BoundedQueue<Note>(notesMax);
  #breakage: Breakage;
  #sampling: NodeJS.Timeout | null = null;
  /** What happens afterwards is the ending itself, and does not count. */
  #endedAt: Instant | null = null;
  #residentBytesMax = 0;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#breakage = options.attended ? off : stuck;
    const { ground, program, clock, cycleMs } = options;
    this.tally = new Tally(cycleMs / 1_000);
    this.#startedAt = clock.now();
    this.firmware = this.#firmwareFaults();
    this.#replicas = ground.nodes.map(
      (node) =>
        new Replica({
          node,
          program,
          configFile: ground.configFile,
          logFile: ground.logFile(node),
          bootMs,
          onMessage: (message) => this.#onMessage(node, message),
          onDown: (how) => this.#onDown(node, how),
        }),
    );
  }

  start(): void {
    for (const replica of this.#replicas) replica.start();
    this.#sampling = setInterval(() => this.#sample(), this.#options.samplingMs);
  }

  /** The outputs are let go, and every process has ended. */
  async stop(): Promise<void> {
    this.#endedAt ??= this.#options.clock.now();
    if (this.#sampling !== null) clearInterval(this.#sampling);
    await Promise.all(this.#replicas.map((replica) => replica.stop(stopGraceMs)));
  }

  /** For an exit that cannot wait: no process is left behind. */
  abandon(): void {
    for (const replica of this.#replicas) replica.abandon();
  }

  /** Since the start, until now or the end. */
  elapsedS(at: Instant = this.#endedAt ?? this.#options.clock.now()): number {
    return (at - this.#startedAt) / 1_000_000;
  }

  /** The replicas that could not be started; their logs say why. */
  failed(): NodeId[] {
    return this.#replicas.filter(({ hasFailed }) => hasFailed).map(({ node }) => node);
  }

  logFile(node: NodeId): string {
    return this.#options.ground.logFile(node);
  }

  /** Sticks the sensor of a replica that does not drive. */
  stickOne(): void {
    const { nodes } = this.#options.ground;
    const node = nodes.find((candidate) => candidate !== this.tally.driver);
    this.toggleSensor(node ?? this.#firstNode());
  }

  /** What `toggleSensor` does to a sensor. */
  get breakage(): Breakage {
    return this.#breakage;
  }

  nextBreakage(): void {
    const next = breakages.indexOf(this.#breakage) + 1;
    this.#breakage = breakages[next % breakages.length] ?? off;
  }

  freeAll(): void {
    for (const { node } of this.#replicas) {
      if (this.#on.has(this.#options.site.channelOf(node))) this.toggleSensor(node);
    }
  }

  /** Kills one, see `victim`. False when it waits. */
  killOne(now: boolean): boolean {
    const { site, ground } = this.#options;
    const { excluded, driver } = this.tally;
    const { nodes } = ground;
    const broken = nodes.filter((node) => excluded.has(site.channelOf(node)));
    const node = victim({ nodes, driver, broken }, now);
    if (node !== null) this.kill(node);
    return node !== null;
  }

  /** Breaks the sensor of a replica, or mends it. */
  toggleSensor(node: NodeId): void {
    const { site } = this.#options;
    const channel = site.channelOf(node);
    if (this.#clear(channel)) {
      site.setFault(node, null);
      return;
    }
    const { name, faultAt } = this.#breakage;
    site.setFault(node, faultAt(site.tolerance));
    this.#set(channel, { kind: "sensor", channel, fault: name });
  }

  killDriver(): void {
    this.kill(this.tally.driver ?? this.#firstNode());
  }

  kill(node: NodeId): void {
    const replica = this.#replica(node);
    if (replica.state === "down") return;
    const drove = this.tally.driver === node;
    this.#set(`kill ${node}`, { kind: "kill", node, drove });
    replica.kill(powerCutMs);
  }

  /** Stops a replica as a hanging program would be, or lets it go on. */
  togglePause(node: NodeId): void {
    const replica = this.#replica(node);
    if (this.#clear(`pause ${node}`)) {
      replica.resume();
      return;
    }
    if (replica.state !== "up") return;
    replica.pause();
    const drove = this.tally.driver === node;
    this.#set(`pause ${node}`, { kind: "pause", node, drove });
  }

  /** Lets a stopped replica go on, or stops the one that drives. */
  togglePauseOfDriver(): void {
    const stopped = this.#replicas.find(({ state }) => state === "paused");
    const node = stopped?.node ?? this.tally.driver;
    if (node !== null) this.togglePause(node);
  }

  losePackets(lose: boolean): void {
    const loss = lose ? lossShare : 0;
    for (const replica of this.#replicas) replica.send({ kind: "link-faults", faults: { loss } });
    if (!lose) this.#clear("loss");
    else if (!this.#on.has("loss")) this.#set("loss", { kind: "loss", share: lossShare });
  }

  get losesPackets(): boolean {
    return this.#on.has("loss");
  }

  clearAll(): void {
    this.freeAll();
    this.losePackets(false);
    this.firmware?.clearAll();
    for (const { node } of this.#replicas) {
      if (this.#on.has(`pause ${node}`)) this.togglePause(node);
    }
  }

  view(keys: readonly string[]): DashboardView {
    const { app, site } = this.#options;
    return {
      app,
      elapsedS: this.elapsedS(),
      replicas: this.#views(),
      plant: site.describe(),
      drivenTwice: site.drivenTwice,
      firmware: site.firmware?.rows() ?? [],
      votes: this.tally.votes(this.elapsedS()),
      recent: this.tally.recent,
      notes: [...this.#notes],
      faults: [...this.#on.values()].map(({ fault }) => faultWords(fault)),
      keys,
    };
  }

  summary(): DemoSummary {
    const { app, site, ground, attended } = this.#options;
    const recordings = this.#replicas.flatMap(({ node, recording }) =>
      recording === null ? [] : [[node, recording] as const],
    );
    return summarise({
      app,
      attended,
      elapsedS: this.elapsedS(),
      tally: this.tally,
      replicas: this.#views(),
      recordings: Object.fromEntries(recordings),
      drivenTwice: site.drivenTwice,
      firmware: firmwareSummary(site),
      residentBytesMax: this.#residentBytesMax,
      folder: ground.folder,
    });
  }

  #firmwareFaults(): FirmwareFaults | null {
    const { site, ground } = this.#options;
    if (site.firmware === null) return null;
    return new FirmwareFaults(site.firmware, ground.nodes, {
      set: (key, fault) => this.#set(key, fault),
      clear: (key) => this.#clear(key),
      note: (text) => this.#note(text),
      hear: (device, well) => this.tally.hear(this.elapsedS(), device, well),
    });
  }

  #views(): ReplicaView[] {
    return this.#replicas.map(({ node, state, pid, status }) => ({
      node,
      state,
      pid,
      residentBytes: status?.host.residentBytes ?? null,
      status: status?.node ?? null,
    }));
  }

  #sample(): void {
    const { site } = this.#options;
    const now = this.#options.clock.now();
    site.advance(now);
    this.firmware?.look();
    for (const replica of this.#replicas) {
      if (replica.state !== "up") continue;
      replica.send({ kind: "readings", readings: site.readings(replica.node) });
    }
  }

  #onMessage(node: NodeId, message: ReplicaMessage): void {
    const { site } = this.#options;
    switch (message.kind) {
      case "up":
        this.#clear(`kill ${node}`);
        if (this.losesPackets) this.losePackets(true);
        break;
      case "write":
        site.write(node, message, (refused) => {
          this.#replica(node).send({ ...refused, kind: "write-refused" });
        });
        break;
      case "release":
        site.release(node, message);
        break;
      case "event":
        if (message.at > (this.#endedAt ?? message.at)) break;
        this.tally.see({ atS: this.elapsedS(message.at), node, event: message.event });
        break;
      case "status": {
        const { residentBytes } = message.status.host;
        this.#residentBytesMax = Math.max(this.#residentBytesMax, residentBytes);
        break;
      }
    }
  }

  #onDown(node: NodeId, how: string): void {
    this.#options.site.boardDown(node, this.#options.clock.now());
    this.#clear(`pause ${node}`);
    this.#note(`${node} ended (${how})`);
  }

  #set(key: string, fault: SetFault): void {
    this.#on.set(key, this.tally.faultSet(this.elapsedS(), fault));
    this.#note(faultWords(fault));
  }

  /** False when no such fault was on. */
  #clear(key: string): boolean {
    const record = this.#on.get(key);
    if (record === undefined) return false;
    this.#on.delete(key);
    this.tally.faultCleared(this.elapsedS(), record);
    this.#note(`${faultWords(record.fault)}: over`);
    return true;
  }

  #note(text: string): void {
    this.#notes.push({ atS: this.elapsedS(), text });
  }

  #firstNode(): NodeId {
    return this.#options.ground.nodes[0] as NodeId;
  }

  #replica(node: NodeId): Replica {
    return this.#replicas.find((replica) => replica.node === node) as Replica;
  }
}

function firmwareSummary({ firmware }: StagedSite): DemoSummary["firmware"] {
  if (firmware === null) return null;
  return { resets: firmware.resets, safeAgain: firmware.safeAgain };
}
