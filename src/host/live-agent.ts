/**
 * One running agent: its machine with clock, link and control socket around it. It owns the order
 * in which the parts begin and end.
 */
import { mkdir } from "node:fs/promises";
import { unreachable } from "../kernel/assert.js";
import type { NodeId } from "../kernel/ids.js";
import { elapsed, type Instant, micros, seconds } from "../kernel/time.js";
import { Agent, type AgentInput, type AgentOptions, type AgentOutput } from "../node/agent.js";
import type { AgentEvent } from "../node/agent-events.js";
import { RareReports } from "../node/rare-reports.js";
import type { AddressedLink, DatagramSink } from "./addressed-link.js";
import { nextBootId } from "./boot-id.js";
import { agentSocketPath, type CaseReply, ControlSocket } from "./control-socket.js";
import { FaultyLink, type LinkFaults } from "./faulty-link.js";
import type { LiveAgentStatus } from "./live-status.js";
import { MachineLoop } from "./machine-loop.js";
import { MonotonicClock } from "./monotonic-clock.js";
import type { HostPort } from "./peer-addresses.js";
import { inStateFolder } from "./state-folder.js";
import { type LinkTrouble, UdpLink } from "./udp-link.js";

export interface LiveAgentOptions {
  readonly agent: Omit<AgentOptions, "now" | "bootId">;
  readonly bind: HostPort;
  /** `host:port` of members that let this one in; empty for the first of a fleet. */
  readonly seeds: readonly string[];
  /** For the boot id and the control socket; null for an agent that keeps nothing. */
  readonly stateDir: string | null;
  /** May `setLinkFaults` hurt this agent? */
  readonly faultsAllowed: boolean;
  readonly onEvent: (at: Instant, event: AgentEvent) => void;
  /** What a person may want to know of the host: a line. */
  readonly onWarning: (text: string) => void;
}

/** Why an agent has ended by itself. */
export type AgentEnding =
  /** Somebody else lives under its name, in a newer life. */
  | { readonly kind: "identity-lost"; readonly life: number; readonly address: string | null }
  /** A bug, or a socket that failed. */
  | { readonly kind: "failed"; readonly error: unknown };

/** How long a goodbye has to get out of the process, in milliseconds. */
const goodbyeWait = 250;

/** Trouble of the link is told once in this time for each kind and code. */
const troubleEvery = seconds(10);

export class LiveAgent {
  readonly #options: LiveAgentOptions;
  readonly #clock = new MonotonicClock();
  readonly #rare = new RareReports(troubleEvery);
  /** In the order in which the parts began; they end in the opposite one. */
  readonly #closers: (() => Promise<void>)[] = [];
  #loop: MachineLoop<AgentInput, AgentOutput> | null = null;
  #machine: Agent | null = null;
  #link: AddressedLink | null = null;
  #port = 0;
  #startedAt: Instant;
  #bootId = 0;
  #end: (ending: AgentEnding) => void = () => {};
  /** Fulfilled when it cannot go on; it says and hears nothing then, and waits for `stop`. */
  readonly ended: Promise<AgentEnding>;

  private constructor(options: LiveAgentOptions) {
    this.#options = options;
    this.#startedAt = this.#clock.now();
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  /**
   * Rejects with `LinkOpenFailure`, `SocketOpenFailure` or the file system's error; nothing is left
   * open then.
   */
  static async start(options: LiveAgentOptions): Promise<LiveAgent> {
    const live = new LiveAgent(options);
    try {
      await live.#begin();
    } catch (error) {
      await live.stop();
      throw error;
    }
    return live;
  }

  get bootId(): number {
    return this.#bootId;
  }

  /** Where it listens: the port that was given, or the one that the kernel chose for port 0. */
  get port(): number {
    return this.#port;
  }

  /** Null until the machine runs. */
  status(): LiveAgentStatus | null {
    const [machine, loop, link] = [this.#machine, this.#loop, this.#link];
    if (machine === null || loop === null || link === null) return null;
    const now = this.#clock.now();
    const { user, system } = process.cpuUsage();
    return {
      agent: machine.status(now),
      host: {
        pid: process.pid,
        uptime: elapsed(this.#startedAt, now),
        residentBytes: process.memoryUsage.rss(),
        cpuTime: micros(user + system),
        loop: loop.counts(),
        link: link.counts(),
        linkFaults: link instanceof FaultyLink ? link.faultCounts() : null,
      },
    };
  }

  caseOf(member: NodeId): CaseReply {
    const machine = this.#machine;
    if (machine === null) return { ok: false, reason: "starting" };
    const at = this.#clock.now();
    const file = machine.caseOf(member);
    const isKnown = file !== null || machine.member(member) !== null;
    return isKnown ? { ok: true, at, case: file } : { ok: false, reason: "unknown-member" };
  }

  /** False where faults are not allowed; nothing has changed then. */
  setLinkFaults(faults: Partial<LinkFaults>): boolean {
    if (!(this.#link instanceof FaultyLink)) return false;
    this.#link.setFaults(faults);
    return true;
  }

  /** Says goodbye, gives it a moment to get out, and stops. */
  async leave(): Promise<void> {
    const isSaid = this.#loop?.command({ kind: "leave" }) ?? false;
    if (isSaid) await new Promise((resolve) => setTimeout(resolve, goodbyeWait));
    await this.stop();
  }

  /** Stops without a word, as a crash does, and gives everything back. Twice is harmless. */
  async stop(): Promise<void> {
    this.#loop?.stop();
    for (let close = this.#closers.pop(); close !== undefined; close = this.#closers.pop()) {
      try {
        await close();
      } catch (error) {
        this.#options.onWarning(`a part could not be closed: ${String(error)}`);
      }
    }
  }

  async #begin(): Promise<void> {
    const { stateDir, agent, onWarning } = this.#options;
    if (stateDir !== null) {
      await inStateFolder(stateDir, () => mkdir(stateDir, { recursive: true }));
    }
    await this.#openLink();
    if (stateDir !== null) await this.#openSocket(agentSocketPath(stateDir, agent.self));
    const wallClock = Date.now();
    const numbering = { node: agent.self, stateDir, wallClock };
    const { bootId, warning } = await inStateFolder(stateDir, () => nextBootId(numbering));
    this.#bootId = bootId;
    if (warning !== null) onWarning(warning);
    this.#startLoop();
  }

  async #openLink(): Promise<void> {
    const receive: DatagramSink = (bytes, origin) =>
      this.#loop?.offer({ kind: "datagram", bytes, origin: origin ?? null });
    const link = this.#options.faultsAllowed
      ? await FaultyLink.open({
          seed: process.pid,
          onDatagram: receive,
          connect: (onDatagram) => this.#openUdp(onDatagram),
        })
      : await this.#openUdp(receive);
    this.#link = link;
    this.#closers.push(() => link.close());
  }

  async #openUdp(onDatagram: DatagramSink): Promise<UdpLink> {
    const { bind, agent } = this.#options;
    const link = await UdpLink.open({
      bind,
      peers: new Map(),
      learns: true,
      // One word to everybody must fit.
      queueMax: 2 * agent.membersMax,
      onDatagram,
      onTrouble: (trouble) => this.#onTrouble(trouble),
    });
    this.#port = link.port;
    return link;
  }

  async #openSocket(path: string): Promise<void> {
    const socket = await ControlSocket.open({
      path,
      status: () => this.status(),
      caseOf: (member) => this.caseOf(member),
    });
    this.#closers.push(() => socket.close());
  }

  /** Without a wait from here: the machine's first deadlines count from `now`. */
  #startLoop(): void {
    const { agent, seeds } = this.#options;
    const now = this.#clock.now();
    this.#startedAt = now;
    const machine = new Agent({ ...agent, now, bootId: this.#bootId });
    const loop = new MachineLoop<AgentInput, AgentOutput>({
      clock: this.#clock,
      machine,
      carry: (output) => this.#carry(output),
      answers: () => undefined,
      recorder: null,
      onStop: () => {},
      onFailure: ({ error }) => this.#end({ kind: "failed", error }),
    });
    this.#machine = machine;
    this.#loop = loop;
    loop.start();
    if (seeds.length > 0) loop.command({ kind: "join", seeds });
  }

  #carry(output: AgentOutput): void {
    switch (output.kind) {
      case "send":
        this.#link?.send(output.targets, output.bytes);
        break;
      case "send-to-address":
        this.#link?.sendTo(output.address, output.bytes);
        break;
      case "route":
        this.#route(output.member, output.address);
        break;
      case "report":
        this.#onReport(output.event);
        break;
      default:
        unreachable(output);
    }
  }

  #route(member: NodeId, address: string | null): void {
    const isTaken = this.#link?.setAddress(member, address) ?? true;
    if (!isTaken) this.#warnRarely("no-address", `${member} has no address that can be used`);
  }

  #onReport(event: AgentEvent): void {
    this.#options.onEvent(this.#clock.now(), event);
    if (event.kind !== "identity-lost") return;
    this.#end(event);
  }

  #onTrouble(trouble: LinkTrouble): void {
    if (trouble.kind === "socket-failed") {
      this.#loop?.stop();
      this.#end({ kind: "failed", error: new Error(`the socket failed: ${trouble.code}`) });
      return;
    }
    const where = "address" in trouble ? trouble.address : trouble.target;
    const isRestored = trouble.kind === "address-restored" || trouble.kind === "send-restored";
    const text = isRestored ? `can send to ${where} again` : `cannot send to ${where}`;
    const code = "code" in trouble ? `: ${trouble.code}` : "";
    this.#warnRarely(`${trouble.kind}${code}`, `${text}${code}`);
  }

  #warnRarely(key: string, text: string): void {
    const count = this.#rare.take(this.#clock.now(), key);
    if (count === null) return;
    this.#options.onWarning(count === 1 ? text : `${text} (and ${count - 1} more of the kind)`);
  }
}
