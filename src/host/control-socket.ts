/**
 * Answers questions about a running replica or agent on a unix socket, and takes a person's word
 * about a replica's channels: one request a line, one answer a line, both JSON. Who may open the
 * socket file is decided by its mode: only the user of the process.
 *
 *     {"get":"status"}                                    ->  {"ok":true,"status":{...}}
 *     {"get":"case","member":M}                           ->  {"ok":true,"at":T,"case":{...}|null}
 *     {"do":"override","sensor":S,"channel":C,"word":W}   ->  {"ok":true}
 *     {"do":"snooze"|"reboot", ...}                       ->  {"ok":true} (see dog-request.ts)
 *     anything else, and what is not taken                ->  {"ok":false,"reason":...}
 */
import { createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";
import {
  type ChannelCommand,
  type CommandRefusal,
  channelWords,
} from "../control/cycle/overrides.js";
import { type NodeId, parseNodeId } from "../kernel/ids.js";
import type { Instant } from "../kernel/time.js";
import type { CaseFile } from "../membership/ports.js";
import { answerDog, type TellDog } from "./dog-request.js";
import { listenAt } from "./unix-socket.js";

export interface ControlSocketOptions {
  readonly path: string;
  /** A `LiveStatus` of a replica, a `LiveAgentStatus` of an agent; null until it has started. */
  readonly status: () => object | null;
  /** Why a person's word was not taken; null where it was. Left out where there are no channels. */
  readonly command?: (command: ChannelCommand) => CommandRefusal | "starting" | null;
  /** A word to the watchdog, and whose it is. Left out where there is none. */
  readonly dog?: { readonly node: NodeId; readonly tell: TellDog };
  /** What is, or was, held against a member. Left out where there is no membership. */
  readonly caseOf?: (member: NodeId) => CaseReply;
}

export type CaseReply =
  /** `case` is null where nobody accuses the member; `at` is now, on the clock of its times. */
  | { readonly ok: true; readonly at: Instant; readonly case: CaseFile | null }
  | { readonly ok: false; readonly reason: "starting" | "unknown-member" };

/** `malformed`: a name is missing, or no text. */
export type CommandAnswer =
  | { readonly ok: true }
  | {
      readonly ok: false;
      readonly reason: CommandRefusal | "starting" | "unknown-word" | "malformed";
    };

/** Connections at one time; more are closed at once. */
const clientsMax = 8;

/** A request that grows beyond this is none; the connection is closed. */
const requestCharactersMax = 4_096;

/** A connection on which nothing is asked is closed, in milliseconds. */
const idleMax = 30_000;

export const socketPath = (stateDir: string, node: NodeId): string =>
  join(stateDir, `${node}.sock`);

/** Of an agent: a replica of the same name may keep its state in the same folder. */
export const agentSocketPath = (stateDir: string, node: NodeId): string =>
  join(stateDir, `${node}.agent.sock`);

export class ControlSocket {
  readonly #options: ControlSocketOptions;
  readonly #server: Server;
  readonly #clients = new Set<Socket>();

  private constructor(options: ControlSocketOptions) {
    this.#options = options;
    this.#server = createServer((client) => this.#serve(client));
    this.#server.maxConnections = clientsMax;
  }

  /**
   * Rejects with a `SocketOpenFailure`. A socket file that a killed replica left behind is
   * replaced; one behind which a replica answers is not.
   */
  static async open(options: ControlSocketOptions): Promise<ControlSocket> {
    const socket = new ControlSocket(options);
    await listenAt(socket.#server, options.path);
    return socket;
  }

  async close(): Promise<void> {
    for (const client of this.#clients) client.destroy();
    // Node unlinks the file itself.
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #serve(client: Socket): void {
    this.#clients.add(client);
    client.setEncoding("utf8");
    client.setTimeout(idleMax, () => client.destroy());
    client.on("error", () => client.destroy());
    client.on("close", () => this.#clients.delete(client));
    let text = "";
    client.on("data", (chunk: string) => {
      const lines = (text + chunk).split("\n");
      text = lines.pop() ?? "";
      if (text.length > requestCharactersMax) {
        client.end(answerText({ ok: false, reason: "too-long" }));
        return;
      }
      for (const line of lines) {
        // A client that does not read its answers gets no more of them.
        if (client.writableNeedDrain) client.destroy();
        if (!client.destroyed) client.write(answerText(this.#answer(line)));
      }
    });
  }

  #answer(line: string): object {
    if (line.length > requestCharactersMax) return { ok: false, reason: "too-long" };
    const request = parseRequest(line);
    if (request === null) return { ok: false, reason: "not-json" };
    if (request["do"] === "override") return this.#command(request);
    const { dog } = this.#options;
    const toDog = request["do"] === "snooze" || request["do"] === "reboot";
    if (toDog && dog !== undefined) return answerDog(request, dog.node, dog.tell);
    if (request["get"] === "case") return this.#case(request);
    if (request["get"] !== "status") return { ok: false, reason: "unknown-request" };
    const status = this.#options.status();
    return status === null ? { ok: false, reason: "starting" } : { ok: true, status };
  }

  #case({ member }: Readonly<Record<string, unknown>>): object {
    const { caseOf } = this.#options;
    if (caseOf === undefined) return { ok: false, reason: "unknown-request" };
    const name = parseNodeId(member);
    return name === null ? { ok: false, reason: "malformed" } : caseOf(name);
  }

  #command({ sensor, channel, word: said }: Readonly<Record<string, unknown>>): object {
    const { command } = this.#options;
    if (command === undefined) return { ok: false, reason: "unknown-request" };
    return this.#tell(command, sensor, channel, said);
  }

  #tell(
    command: NonNullable<ControlSocketOptions["command"]>,
    sensor: unknown,
    channel: unknown,
    said: unknown,
  ): CommandAnswer {
    const word = channelWords.find((known) => known === said);
    if (word === undefined) return { ok: false, reason: "unknown-word" };
    if (typeof sensor !== "string" || typeof channel !== "string") {
      return { ok: false, reason: "malformed" };
    }
    const refusal = command({ sensor, channel, word });
    return refusal === null ? { ok: true } : { ok: false, reason: refusal };
  }
}

/** A map by names is an object to JSON. */
const plainly = (_: string, value: unknown): unknown =>
  value instanceof Map ? Object.fromEntries(value) : value;

const answerText = (answer: object): string => `${JSON.stringify(answer, plainly)}\n`;

function parseRequest(line: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" ? (value as Readonly<Record<string, unknown>> | null) : null;
  } catch {
    return null;
  }
}
