/**
 * The ground of a forked replica: the parent has the board, hears every event, and tells it to end;
 * by its disappearance, too, for a replica that nobody feeds must not live on unseen.
 */
import type { Board } from "../../../boards/board.js";
import type { ParentMessage } from "../../host/board-channel.js";
import { statusPeriod } from "../../host/board-channel.js";
import { boardSpecsOf } from "../../host/board-specs.js";
import type { LiveNode } from "../../host/live-node.js";
import { type IpcPort, ParentChannel } from "../../host/parent-channel.js";
import { RemoteBoard } from "../../host/remote-board.js";
import { unreachable } from "../../kernel/assert.js";
import type { NodeId } from "../../kernel/ids.js";
import type { Instant } from "../../kernel/time.js";
import type { NodeEvent } from "../../node/events.js";
import type { ClusterSettings } from "../../node/settings.js";
import { CliFailure } from "../exit.js";
import type { Ground } from "./ground.js";

/** When the parent has gone, a stop that takes longer is cut short, in milliseconds. */
const orphanMax = 800;

export class ParentGround implements Ground {
  readonly armBridge = null;
  readonly #channel: ParentChannel;
  readonly #board: RemoteBoard;
  #live: LiveNode | null = null;
  #timer: NodeJS.Timeout | null = null;
  #ended = false;
  #end: () => void = () => {};

  /** @throws CliFailure when no process forked us with a channel */
  static open(settings: ClusterSettings, self: NodeId): ParentGround {
    if (process.send === undefined) {
      throw new CliFailure("usage", "--board-from-parent: no parent with an IPC channel");
    }
    return new ParentGround(settings, self, process as IpcPort);
  }

  constructor(settings: ClusterSettings, self: NodeId, port: IpcPort) {
    const onMessage = (message: ParentMessage) => this.#onMessage(message);
    this.#channel = new ParentChannel({ port, onMessage, onGone: () => this.#onGone() });
    const post = this.#channel.post.bind(this.#channel);
    this.#board = new RemoteBoard({ ...boardSpecsOf(settings, self), post });
  }

  makeBoard(): Board {
    return this.#board;
  }

  onEvent(at: Instant, event: NodeEvent): void {
    this.#channel.post({ kind: "event", at, event });
  }

  onEnd(end: () => void): void {
    this.#end = end;
    if (this.#ended) end();
  }

  onUp(live: LiveNode, node: NodeId): void {
    this.#live = live;
    const { bootId, recording } = live;
    this.#channel.post({ kind: "up", node, pid: process.pid, bootId, recording });
    this.#timer = setInterval(() => this.#pushStatus(live), statusPeriod);
  }

  close(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#channel.close();
  }

  #onMessage(message: ParentMessage): void {
    switch (message.kind) {
      case "readings":
        this.#board.push(message.readings);
        break;
      case "link-faults":
        this.#live?.setLinkFaults(message.faults);
        break;
      case "write-refused":
        this.#live?.writeRefused(message);
        break;
      case "stop":
        this.#finish();
        break;
      default:
        unreachable(message);
    }
  }

  #onGone(): void {
    setTimeout(() => process.exit(0), orphanMax).unref();
    this.#finish();
  }

  #finish(): void {
    this.#ended = true;
    this.#end();
  }

  #pushStatus(live: LiveNode): void {
    const status = live.status();
    if (status !== null) this.#channel.post({ kind: "status", status });
  }
}
