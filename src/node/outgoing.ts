/**
 * The frames that leave a node: sealed, and addressed to all peers or to one. The newest sample of
 * each replica is kept as it came, for those who ask for it again: sealed by its sender, it needs
 * nobody's word that it is genuine.
 */
import type { NodeId } from "../kernel/ids.js";
import type { FrameKind } from "../wire/envelope.js";
import { Sealer, type WireOptions } from "../wire/sealer.js";
import { SharedSeals } from "../wire/shared-seals.js";
import type { NodeOutput } from "./ports.js";

export class Outgoing {
  readonly #self: NodeId;
  readonly #peers: readonly NodeId[];
  readonly #sealer: Sealer;
  readonly #replication: SharedSeals;
  /** By replica, the frame of its newest sample. */
  readonly #samples = new Map<NodeId, Uint8Array>();

  constructor(options: WireOptions) {
    this.#self = options.self;
    this.#peers = options.peers;
    this.#sealer = new Sealer(options);
    this.#replication = new SharedSeals(this.#sealer, "replication");
  }

  /** Nothing where there are no peers. */
  broadcast(kind: FrameKind, body: unknown): NodeOutput[] {
    return this.#send(this.#sealer.seal(kind, body, "everyone"));
  }

  /** To all peers or to some of them; nothing where `targets` is empty. */
  send(kind: FrameKind, body: unknown, targets: readonly NodeId[]): NodeOutput[] {
    if (targets.length === this.#peers.length) return this.broadcast(kind, body);
    if (targets.length === 0) return [];
    const bytes = this.#sealer.seal(kind, body, "some");
    return [{ kind: "send", targets, bytes }];
  }

  tell(target: NodeId, kind: FrameKind, body: unknown): NodeOutput[] {
    const bytes = this.#sealer.seal(kind, body, "some");
    return [{ kind: "send", targets: [target], bytes }];
  }

  /** A message of the replicated state; the same body to several is sealed once. */
  replicate(target: NodeId, body: unknown): NodeOutput[] {
    return [{ kind: "send", targets: [target], bytes: this.#replication.seal(body) }];
  }

  /** Our own sample, which is kept like those of the others. */
  sample(body: unknown): NodeOutput[] {
    const bytes = this.#sealer.seal("sample", body, "everyone");
    this.keepSample(this.#self, bytes);
    return this.#send(bytes);
  }

  keepSample(source: NodeId, bytes: Uint8Array): void {
    this.#samples.set(source, bytes);
  }

  /** Nothing where no sample of `source` was kept. */
  resendSample(source: NodeId, target: NodeId): NodeOutput[] {
    const bytes = this.#samples.get(source);
    return bytes === undefined ? [] : [{ kind: "send", targets: [target], bytes }];
  }

  #send(bytes: Uint8Array): NodeOutput[] {
    const targets = this.#peers;
    return targets.length === 0 ? [] : [{ kind: "send", targets, bytes }];
  }
}
