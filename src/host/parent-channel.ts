/**
 * The replica's end of the IPC channel to the process that started it. What is posted faster than
 * the parent reads is dropped, so that a parent that stops does not make the replica grow; a
 * release is never dropped.
 */
import { type ParentMessage, parseParentMessage, type ReplicaMessage } from "./board-channel.js";

/** The part of `process` that is used. */
export interface IpcPort {
  /** False when the parent has gone already. */
  readonly connected?: boolean;
  send?(message: object, callback: (error: Error | null) => void): boolean;
  disconnect?(): void;
  on(event: "message", listener: (message: unknown) => void): unknown;
  on(event: "disconnect", listener: () => void): unknown;
}

export interface ParentChannelOptions {
  readonly port: IpcPort;
  readonly onMessage: (message: ParentMessage) => void;
  /** The parent has gone. */
  readonly onGone: () => void;
}

/**
 * Messages on their way; more news are dropped from the first number on, commands from the second.
 */
export const newsInFlightMax = 512;
export const commandsInFlightMax = 1_024;

export class ParentChannel {
  readonly #port: IpcPort;
  #inFlight = 0;
  #dropped = 0;
  #refused = 0;
  #gone = false;

  constructor({ port, onMessage, onGone }: ParentChannelOptions) {
    this.#port = port;
    port.on("message", (message) => {
      const parsed = parseParentMessage(message);
      if (parsed === null) this.#refused += 1;
      else onMessage(parsed);
    });
    const onDisconnect = (): void => {
      if (this.#gone) return;
      this.#gone = true;
      onGone();
    };
    port.on("disconnect", onDisconnect);
    // A parent that was killed while we began had gone before anybody listened.
    if (port.connected === false) onDisconnect();
  }

  /** Messages that the parent was too slow for, or that came when it had gone. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Messages of the parent that are none. */
  get refused(): number {
    return this.#refused;
  }

  /** Nothing is posted or taken afterwards, and the channel does not keep the process alive. */
  close(): void {
    if (this.#gone) return;
    this.#gone = true;
    this.#port.disconnect?.();
  }

  post(message: ReplicaMessage): void {
    if (this.#gone || this.#port.send === undefined || this.#inFlight >= inFlightMax(message)) {
      this.#dropped += 1;
      return;
    }
    this.#inFlight += 1;
    // A failure to send is told as a disconnection, too.
    this.#port.send(message, () => {
      this.#inFlight -= 1;
    });
  }
}

function inFlightMax({ kind }: ReplicaMessage): number {
  if (kind === "release" || kind === "up") return Number.POSITIVE_INFINITY;
  return kind === "write" ? commandsInFlightMax : newsInFlightMax;
}
