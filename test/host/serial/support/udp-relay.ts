/**
 * A network that can be cut: between each two replicas there is a socket for each direction, and
 * every replica knows its peers by those. So it must have a config of its own.
 */
import { createSocket, type Socket } from "node:dgram";
import { onTestFinished } from "vitest";
import { freePorts } from "../../../support/free-ports.js";

const host = "127.0.0.1";

export class UdpRelay {
  isCut = false;
  readonly #names: readonly string[];
  readonly #ports: readonly number[];
  /** By `<from>><to>`: what the first sends to in order to reach the second. */
  readonly #sockets = new Map<string, Socket>();

  private constructor(names: readonly string[], ports: readonly number[]) {
    this.#names = names;
    this.#ports = ports;
  }

  static async open(names: readonly string[]): Promise<UdpRelay> {
    const relay = new UdpRelay(names, await freePorts(names.length));
    for (const from of names) {
      for (const to of names) if (from !== to) await relay.#join(from, to);
    }
    onTestFinished(() => {
      for (const socket of relay.#sockets.values()) socket.close();
    });
    return relay;
  }

  /** Where `to` is for `from`. */
  address(from: string, to: string): string {
    if (from === to) return `${host}:${this.#portOf(to)}`;
    return `${host}:${this.#sockets.get(`${from}>${to}`)?.address().port}`;
  }

  #portOf = (name: string): number => this.#ports[this.#names.indexOf(name)] ?? 0;

  async #join(from: string, to: string): Promise<void> {
    const socket = createSocket("udp4");
    await new Promise<void>((done) => socket.bind(0, host, done));
    socket.on("error", () => {});
    socket.on("message", (bytes) => {
      // What reaches the second must seem to come from where it knows the first.
      const back = this.#sockets.get(`${to}>${from}`);
      if (!this.isCut) back?.send(bytes, this.#portOf(to), host);
    });
    this.#sockets.set(`${from}>${to}`, socket);
  }
}
