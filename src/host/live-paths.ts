/**
 * The paths of a running replica: the first is UDP, between the addresses of the config, and others
 * may lie beside it. Each can be hurt for itself where faults are allowed.
 *
 * Only the first learns addresses, and only its failure is one of the replica: the others are there
 * for the time when it is lost.
 */
import { assert } from "../kernel/assert.js";
import type { NodeId } from "../kernel/ids.js";
import { firstPath } from "../node/path-settings.js";
import type { LinkCounts } from "../wire/link.js";
import type { AddressedLink, ClosableLink, DatagramSink } from "./addressed-link.js";
import { type FaultCounts, FaultyLink, type LinkFaults } from "./faulty-link.js";
import { JoinedLinks, type PathCounts, type PathOfLinks } from "./joined-links.js";
import { LateLink } from "./late-link.js";
import type { HostPort } from "./peer-addresses.js";
import { type LinkTrouble, UdpLink } from "./udp-link.js";

export interface UdpEnds {
  readonly bind: HostPort;
  readonly peers: ReadonlyMap<NodeId, HostPort>;
}

/** A path beside the first. */
export interface FurtherPath {
  readonly name: string;
  /** Whom it leads to. */
  readonly peers: readonly NodeId[];
  /**
   * Opens its link. A rejection keeps the replica from starting, so a link that may come later
   * opens itself, as stream links do.
   *
   * @param onTrouble is told what goes wrong with it, for the log
   */
  readonly connect: (
    onDatagram: DatagramSink,
    onTrouble: (trouble: object) => void,
  ) => Promise<ClosableLink>;
}

/** UDP between other addresses, on another network: opened when it can be, and opened again. */
export const udpPath = (name: string, { bind, peers }: UdpEnds): FurtherPath => ({
  name,
  peers: [...peers.keys()],
  connect: (onDatagram, onTrouble) =>
    LateLink.open({
      onTrouble,
      connect: (onFailed) => {
        const onLinkTrouble = (trouble: LinkTrouble): void => {
          if (trouble.kind === "socket-failed") onFailed(trouble.code);
          else onTrouble(trouble);
        };
        return UdpLink.open({ bind, peers, onDatagram, onTrouble: onLinkTrouble });
      },
    }),
});

export interface LivePathsOptions {
  readonly first: UdpEnds;
  readonly further: readonly FurtherPath[];
  /** Of the cluster's settings: all replicas count paths in this order. */
  readonly names: readonly string[];
  readonly faultsAllowed: boolean;
  readonly onDatagram: (bytes: Uint8Array, path: number, origin?: string) => void;
  readonly onFirstTrouble: (trouble: LinkTrouble) => void;
  readonly onFurtherTrouble: (path: string, trouble: object) => void;
}

export class LivePaths {
  readonly #options: LivePathsOptions;
  /** By path, where faults are allowed. */
  readonly #faulty = new Map<string, FaultyLink>();
  #joined: JoinedLinks | null = null;
  #first: AddressedLink | null = null;

  private constructor(options: LivePathsOptions) {
    this.#options = options;
  }

  /** Rejects with `LinkOpenFailure`, or as a further path does; nothing is left open then. */
  static async open(options: LivePathsOptions): Promise<LivePaths> {
    const names = [firstPath, ...options.further.map(({ name }) => name)];
    assert(String(options.names) === String(names), `the paths ${names} are not ${options.names}`);
    const live = new LivePaths(options);
    const paths = [live.#firstPath(), ...options.further.map((path) => live.#furtherPath(path))];
    live.#joined = await JoinedLinks.open({ paths, onDatagram: options.onDatagram });
    return live;
  }

  send(targets: readonly NodeId[], bytes: Uint8Array): void {
    this.#joined?.send(targets, bytes);
  }

  /** Where a member is found on the first path. */
  setAddress(member: NodeId, address: string | null): void {
    this.#first?.setAddress(member, address);
  }

  /** Of all paths together: a frame to a target by two paths was sent twice. */
  counts(): LinkCounts {
    assert(this.#joined !== null, "the paths are open");
    return this.#joined.counts();
  }

  pathCounts(): readonly PathCounts[] {
    return this.#joined?.pathCounts() ?? [];
  }

  /**
   * False where faults are not allowed, or there is no such path; nothing has changed then.
   *
   * @param path null: all of them
   */
  setFaults(faults: Partial<LinkFaults>, path: string | null): boolean {
    const hurt = [...this.#faulty].filter(([name]) => path === null || name === path);
    for (const [, link] of hurt) link.setFaults(faults);
    return hurt.length > 0;
  }

  /** What the faults did on all paths together; null where none are allowed. */
  faultCounts(): FaultCounts | null {
    if (this.#faulty.size === 0) return null;
    const total = { lost: 0, duplicated: 0, delayed: 0, blocked: 0 };
    for (const link of this.#faulty.values()) {
      const { lost, duplicated, delayed, blocked } = link.faultCounts();
      total.lost += lost;
      total.duplicated += duplicated;
      total.delayed += delayed;
      total.blocked += blocked;
    }
    return total;
  }

  async close(): Promise<void> {
    await this.#joined?.close();
  }

  #firstPath(): PathOfLinks {
    const { bind, peers } = this.#options.first;
    const onTrouble = this.#options.onFirstTrouble;
    const connect = async (receive: DatagramSink): Promise<ClosableLink> => {
      const link = await this.#hurtable(firstPath, receive, (onDatagram) =>
        UdpLink.open({ bind, peers, onDatagram, onTrouble, learns: true }),
      );
      this.#first = link;
      return link;
    };
    return { name: firstPath, peers: [...peers.keys()], connect };
  }

  #furtherPath({ name, peers, connect }: FurtherPath): PathOfLinks {
    const onTrouble = (trouble: object) => this.#options.onFurtherTrouble(name, trouble);
    return {
      name,
      peers,
      connect: (receive) =>
        this.#hurtable(name, receive, (onDatagram) => connect(onDatagram, onTrouble)),
    };
  }

  async #hurtable<Inner extends ClosableLink>(
    name: string,
    onDatagram: DatagramSink,
    connect: (onDatagram: DatagramSink) => Promise<Inner>,
  ): Promise<Inner | FaultyLink<Inner>> {
    if (!this.#options.faultsAllowed) return connect(onDatagram);
    // Each path has dice of its own: what is lost by one says nothing of the others.
    const seed = process.pid + this.#faulty.size;
    const link = await FaultyLink.open({ seed, onDatagram, connect });
    this.#faulty.set(name, link);
    return link;
  }
}
