/**
 * One running replica: a node machine with its clock, link, board, watchdog, recorder and control
 * socket around it. What it is made of is given; it owns the order in which the parts begin and
 * end.
 *
 * Invariant: from the first failure on, and from the stop on, every output is in its safe state.
 */
import { mkdir } from "node:fs/promises";
import type { Logger } from "pino";
import type { Board } from "../../boards/board.js";
import type { ChannelCommand, CommandRefusal } from "../control/cycle/overrides.js";
import type { NodeId } from "../kernel/ids.js";
import { elapsed, type Instant, micros } from "../kernel/time.js";
import type { NodeEvent } from "../node/events.js";
import { Node } from "../node/node.js";
import type { NodeOptions } from "../node/parts.js";
import type { DogCommand } from "../watchdog/supervision/ports.js";
import type { RefusedWrite } from "./board-channel.js";
import { nextBootId } from "./boot-id.js";
import { ControlSocket, socketPath } from "./control-socket.js";
import type { DogWordRefusal } from "./dog-request.js";
import { EventLog } from "./event-log.js";
import type { LinkFaults } from "./faulty-link.js";
import { FlightRecorder, type StepEncoder } from "./flight-recorder.js";
import type { RealtimeWish } from "./lanes/grant.js";
import { LiveGuards, type StartOptions } from "./live-guards.js";
import { type FurtherPath, LivePaths } from "./live-paths.js";
import type { LiveStatus } from "./live-status.js";
import { LiveLoop, type LoopFailure } from "./loop.js";
import { MonotonicClock } from "./monotonic-clock.js";
import type { HostPort } from "./peer-addresses.js";
import { openRecording, type RecordingFile } from "./recording-folder.js";
import { LiveState } from "./state/live-state.js";
import { inStateFolder } from "./state-folder.js";
import type { LinkTrouble } from "./udp-link.js";
import type { ArmBridge } from "./watchdog/watchdog-arming.js";
import type { WatchdogSettings } from "./watchdog/watchdog-settings.js";

/** When and as what a machine was made: what a recording of it must say. */
export interface Beginning {
  readonly now: Instant;
  readonly bootId: number;
  /** ISO 8601. */
  readonly wallClock: string;
}

export interface RecordingOptions {
  readonly folder: string;
  readonly bytesMax: number;
  readonly bytesPerSecondMax: number;
  readonly encoderFor: (beginning: Beginning) => StepEncoder;
}

export interface LiveNodeOptions {
  readonly node: Omit<NodeOptions, "now" | "bootId">;
  /** Where the first path listens, and where its peers are. */
  readonly bind: HostPort;
  readonly peers: ReadonlyMap<NodeId, HostPort>;
  /** Beside the first; named, and in the order, as in the cluster's settings. */
  readonly furtherPaths: readonly FurtherPath[];
  readonly makeBoard: (now: Instant) => Board;
  /** For boot id, journal, evidence and control socket; null for a replica that keeps nothing. */
  readonly stateDir: string | null;
  /** Absent: no boot loop is noticed, and evidence has short lines. */
  readonly starts?: StartOptions;
  /** Null leaves the process without a dog, as in a debugger. */
  readonly watchdog: WatchdogSettings | null;
  /** Of a board that can watch this host; see `ArmingOptions`. */
  readonly armBridge?: ArmBridge | null;
  /** Without it the loop's thread stays ordinary. */
  readonly realtime?: RealtimeWish | null;
  readonly recording: RecordingOptions | null;
  /** May `setLinkFaults` hurt this replica? */
  readonly faultsAllowed: boolean;
  readonly logger: Logger;
  readonly onEvent: (at: Instant, event: NodeEvent) => void;
  /** It cannot go on; outputs are safe. The process should end with a code that is not 0. */
  readonly onFailure: (message: string) => void;
}

type Closer = () => void | Promise<void>;

export class LiveNode {
  readonly #options: LiveNodeOptions;
  readonly #clock = new MonotonicClock();
  readonly #events: EventLog;
  readonly #guards: LiveGuards;
  /** In the order in which the parts began; they end in the opposite one. */
  readonly #closers: Closer[] = [];
  #loop: LiveLoop | null = null;
  #machine: Node | null = null;
  #paths: LivePaths | null = null;
  #recorder: FlightRecorder | null = null;
  #state: LiveState | null = null;
  /** Why there is no replicated state, where the settings ask for it; null where there is. */
  #stateTrouble: string | null = null;
  #startedAt: Instant;
  #bootId = 0;
  #ended = false;

  private constructor(options: LiveNodeOptions) {
    this.#options = options;
    this.#events = new EventLog(options.logger);
    this.#guards = new LiveGuards({
      ...{ node: options.node.self, stateDir: options.stateDir, starts: options.starts ?? null },
      ...{ watchdog: options.watchdog, patience: options.node.settings.timing.watchdog },
      ...{ realtime: options.realtime ?? null, clock: this.#clock, logger: options.logger },
      armBridge: options.armBridge ?? null,
      onFailure: (what, error) => this.fail(what, error),
    });
    this.#startedAt = this.#clock.now();
  }

  /**
   * Rejects with `LinkOpenFailure`, `SocketOpenFailure` or the file system's error; nothing is left
   * open then.
   */
  static async start(options: LiveNodeOptions): Promise<LiveNode> {
    const live = new LiveNode(options);
    try {
      await live.#begin();
    } catch (error) {
      live.#guards.unstarted(error);
      await live.stop();
      throw error;
    }
    return live;
  }

  get bootId(): number {
    return this.#bootId;
  }

  /** The path of the flight recording; null where nothing is recorded. */
  get recording(): string | null {
    return this.#recorder?.status().file ?? null;
  }

  /** Null until the machine runs. */
  status(): LiveStatus | null {
    const [machine, loop, paths] = [this.#machine, this.#loop, this.#paths];
    if (machine === null || loop === null || paths === null) return null;
    const now = this.#clock.now();
    const { user, system } = process.cpuUsage();
    return {
      node: machine.status(now),
      host: {
        pid: process.pid,
        uptime: elapsed(this.#startedAt, now),
        residentBytes: process.memoryUsage.rss(),
        cpuTime: micros(user + system),
        loop: loop.counts(),
        link: paths.counts(),
        paths: paths.pathCounts(),
        linkFaults: paths.faultCounts(),
        ...this.#guards.status(),
        recorder: this.#recorder?.status() ?? null,
        state: this.#state?.status() ?? null,
        stateTrouble: this.#stateTrouble,
      },
    };
  }

  /**
   * A person's word about a channel, for all replicas; the answer says why it was not taken, and is
   * null where it was. It holds a few cycles later (see control/cycle/overrides.ts).
   */
  command(command: ChannelCommand): CommandRefusal | "starting" | null {
    const [machine, loop] = [this.#machine, this.#loop];
    if (machine === null || loop === null) return "starting";
    const refusal = machine.whyNot(command);
    if (refusal !== null) return refusal;
    if (!loop.command({ kind: "override", ...command })) return "busy";
    this.#options.logger.info({ command }, "a person's word about a channel");
    return null;
  }

  /** A person's word to the watchdog; the answer says why it was not taken. */
  tellDog(command: DogCommand): DogWordRefusal | null {
    const [machine, loop] = [this.#machine, this.#loop];
    if (machine === null || loop === null) return "starting";
    if (command.kind === "reboot" && !this.#guards.hasWatchdog) return "no-watchdog";
    const refusal = machine.whyNotDog(command);
    if (refusal !== null) return refusal;
    if (!loop.command(command)) return "busy";
    this.#options.logger.warn({ command }, "a person's word to the watchdog");
    return null;
  }

  /**
   * False where faults are not allowed, or there is no such path; nothing has changed then.
   *
   * @param path null: all of them
   */
  setLinkFaults(faults: Partial<LinkFaults>, path: string | null = null): boolean {
    if (this.#guards.isSafe || !(this.#paths?.setFaults(faults, path) ?? false)) return false;
    this.#options.logger.warn({ faults, path }, "link faults were injected");
    return true;
  }

  /** The board, which is elsewhere, has refused a command that it was handed. */
  writeRefused(refused: RefusedWrite): void {
    this.#loop?.offer({ ...refused, kind: "write-refused" });
  }

  /** Releases the outputs and gives everything back. Stopping twice is harmless. */
  async stop(): Promise<void> {
    this.#ended = true;
    this.#loop?.stop();
    await this.#guards.stopping();
    for (let close = this.#closers.pop(); close !== undefined; close = this.#closers.pop()) {
      try {
        await close();
      } catch (error) {
        this.#options.logger.warn({ err: error }, "a part could not be closed");
      }
    }
  }

  /** Something failed outside the machine, and nobody knows what still holds. */
  fail(what: string, error: unknown): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#loop?.stop();
    this.#guards.failed(what, error);
    this.#options.logger.fatal({ err: error, recording: this.recording }, what);
    this.#options.onFailure(`${what}: ${error instanceof Error ? error.message : String(error)}`);
  }

  async #begin(): Promise<void> {
    const { stateDir, node, logger, recording } = this.#options;
    if (stateDir !== null) {
      await inStateFolder(stateDir, () => mkdir(stateDir, { recursive: true }));
    }
    await this.#openPaths();
    if (stateDir !== null) await this.#openSocket(socketPath(stateDir, node.self));
    const wallClock = Date.now();
    const numbering = { node: node.self, stateDir, wallClock };
    const { bootId, warning } = await inStateFolder(stateDir, () => nextBootId(numbering));
    this.#bootId = bootId;
    if (warning !== null) logger.warn(warning);
    await this.#guards.open(bootId);
    const record = this.#guards.isSafe ? null : recording;
    const file = record === null ? null : await openRecording(record.folder, node.self, bootId);
    this.#closers.push(() => this.#guards.close());
    await this.#guards.arm(file?.path ?? null);
    if (this.#ended || this.#options.starts?.endSignal.aborted === true) {
      // Told to end in the wait, or failed in it: it never controls.
      await file?.handle.close();
      if (!this.#ended) await this.#guards.stoppedBefore();
      return;
    }
    await this.#guards.fedWhile(() => this.#openState());
    this.#startLoop(file);
  }

  /**
   * A folder that cannot be used is no reason not to control: the replica then takes no part in
   * the replicated state, and its clients are told.
   */
  async #openState(): Promise<void> {
    const { node, stateDir, logger } = this.#options;
    if (stateDir === null) {
      this.#stateTrouble = "there is no stateDir to keep it in";
      return;
    }
    try {
      const state = await LiveState.open({
        ...{ stateDir, node: node.self, now: () => this.#clock.now() },
        onDone: (done) => this.#loop?.answer(done),
        onClient: (input) => this.#loop?.offer(input),
      });
      this.#state = state;
      this.#closers.push(() => state.close());
    } catch (error) {
      this.#stateTrouble = error instanceof Error ? error.message : String(error);
      logger.error({ err: error }, "the replicated state cannot be kept here");
    }
  }

  async #openPaths(): Promise<void> {
    const { bind, peers, furtherPaths, node, faultsAllowed, logger } = this.#options;
    const paths = await LivePaths.open({
      first: { bind, peers },
      further: furtherPaths,
      names: node.settings.paths.map(({ name }) => name),
      faultsAllowed,
      onDatagram: (bytes, path, origin) => {
        const from = origin === undefined ? {} : { origin };
        const by = path === 0 ? {} : { path };
        this.#loop?.offer({ kind: "datagram", bytes, ...from, ...by });
      },
      onFirstTrouble: (trouble) => this.#onTrouble(trouble),
      onFurtherTrouble: (path, trouble) => {
        logger.warn({ path, trouble }, "a further path has trouble");
      },
    });
    this.#paths = paths;
    this.#closers.push(() => paths.close());
    logger.debug({ bind }, "the paths are open");
  }

  async #openSocket(path: string): Promise<void> {
    const socket = await ControlSocket.open({
      path,
      status: () => this.status(),
      command: (command) => this.command(command),
      dog: { node: this.#options.node.self, tell: (command) => this.tellDog(command) },
    });
    this.#closers.push(() => socket.close());
  }

  /** Without a wait from here: the machine's first deadlines count from `now`. */
  #startLoop(file: RecordingFile | null): void {
    const { node, makeBoard } = this.#options;
    const now = this.#clock.now();
    this.#startedAt = now;
    const board = makeBoard(now);
    this.#closers.push(() => board.close(this.#clock.now()));
    if (file !== null) this.#startRecorder(file, now);
    const { settings } = node;
    const app = this.#guards.marked(settings.app);
    const options = { ...node, settings: { ...settings, app }, now, bootId: this.#bootId };
    const machine = new Node(options);
    const { makeTimer, witness } = this.#guards;
    const loop = new LiveLoop({
      clock: this.#clock,
      machine,
      board,
      send: (targets, bytes) => this.#paths?.send(targets, bytes),
      // The config's addresses go first: what is learned serves while a name there is not found.
      route: (member, address) => this.#paths?.setAddress(member, address),
      pet: () => this.#guards.pet(),
      disk: (request) => this.#state?.request(request),
      reply: (client, reply) => this.#state?.reply(client, reply),
      report: (at, event) => this.#onReport(at, event),
      recorder: this.#recorder,
      witness,
      onFailure: (failure) => this.#onLoopFailure(failure),
      ...(makeTimer === undefined ? {} : { makeTimer }),
    });
    this.#machine = machine;
    this.#loop = loop;
    this.#guards.watch(machine);
    loop.start();
    const explained = this.#guards.up();
    if (explained !== null) this.#options.onEvent(this.#clock.now(), explained);
  }

  #startRecorder(file: RecordingFile, now: Instant): void {
    const { recording, logger } = this.#options;
    if (recording === null) return;
    const wallClock = new Date().toISOString();
    const recorder = new FlightRecorder({
      now,
      file,
      encoder: recording.encoderFor({ now, bootId: this.#bootId, wallClock }),
      bytesMax: recording.bytesMax,
      bytesPerSecondMax: recording.bytesPerSecondMax,
      onEnd: (reason, message) => {
        const level = reason === "stopped" ? "debug" : "warn";
        logger[level]({ reason, message, file: file.path }, "the flight recording ended");
      },
    });
    this.#recorder = recorder;
    this.#closers.push(() => recorder.close(this.#clock.now()));
  }

  #onReport(at: Instant, event: NodeEvent): void {
    this.#guards.onEvent(at, event);
    this.#events.tell(at, event);
    this.#options.onEvent(at, event);
  }

  #onTrouble(trouble: LinkTrouble): void {
    if (trouble.kind === "socket-failed") {
      this.fail("the socket failed", new Error(trouble.code));
      return;
    }
    this.#options.logger.warn({ trouble }, "the link has trouble");
  }

  #onLoopFailure({ error, at, input, steps }: LoopFailure): void {
    const where = { at, steps, input: input.kind };
    this.#options.logger.error(where, "the machine threw; its outputs are released");
    this.fail("a bug of Holdfast, or of what it runs on", error);
  }
}
