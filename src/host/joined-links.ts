/**
 * Several links, the *paths*, as one: each frame goes by every path that leads to its target, and
 * what comes in is passed on with the path by which it came. The second copy is dropped by whoever
 * opens it, as any duplicate is; but it tells that its path carries, so it is not dropped here.
 */
import { assert } from "../kernel/assert.js";
import type { NodeId } from "../kernel/ids.js";
import type { LinkCounts } from "../wire/link.js";
import type { ClosableLink, DatagramSink } from "./addressed-link.js";
import type { LineStatus } from "./stream-link.js";

export interface PathOfLinks {
  readonly name: string;
  /** Whom it leads to. */
  readonly peers: readonly NodeId[];
  /** Opens the link, which calls `onDatagram` with what comes in. */
  readonly connect: (onDatagram: DatagramSink) => Promise<ClosableLink>;
}

export interface JoinedLinksOptions {
  readonly paths: readonly PathOfLinks[];
  /** `path` is the place in `paths`; `origin` is as its link told it. */
  readonly onDatagram: (bytes: Uint8Array, path: number, origin?: string) => void;
}

export interface PathCounts extends LinkCounts {
  readonly path: string;
  /** Left out where the path has no lines of its own, as UDP. */
  readonly lines?: readonly LineStatus[];
}

interface Path {
  readonly name: string;
  readonly peers: readonly NodeId[];
  readonly link: ClosableLink;
}

export class JoinedLinks implements ClosableLink {
  readonly #paths: readonly Path[];
  readonly #peers: ReadonlySet<NodeId>;

  private constructor(paths: readonly Path[]) {
    this.#paths = paths;
    this.#peers = new Set(paths.flatMap(({ peers }) => peers));
  }

  /** Rejects as the first path does that cannot be opened; those that were are closed again. */
  static async open({ paths, onDatagram }: JoinedLinksOptions): Promise<JoinedLinks> {
    const opened: Path[] = [];
    try {
      for (const [index, { name, peers, connect }] of paths.entries()) {
        const link = await connect((bytes, origin) => onDatagram(bytes, index, origin));
        opened.push({ name, peers, link });
      }
    } catch (error) {
      await closeAll(opened);
      throw error;
    }
    return new JoinedLinks(opened);
  }

  send(targets: readonly NodeId[], bytes: Uint8Array): void {
    for (const target of targets) {
      assert(this.#peers.has(target), `${target} is not a peer of this link`);
    }
    for (const { peers, link } of this.#paths) {
      const here = targets.filter((target) => peers.includes(target));
      if (here.length > 0) link.send(here, bytes);
    }
  }

  /** Of all paths together: a frame to a target by two paths was sent twice. */
  counts(): LinkCounts {
    const all = this.pathCounts();
    const total = (of: (counts: LinkCounts) => number): number =>
      all.reduce((sum, counts) => sum + of(counts), 0);
    return {
      sent: total(({ sent }) => sent),
      received: total(({ received }) => received),
      dropped: total(({ dropped }) => dropped),
      failed: total(({ failed }) => failed),
      tooLong: total(({ tooLong }) => tooLong),
    };
  }

  /** In the order of the paths. */
  pathCounts(): readonly PathCounts[] {
    return this.#paths.map(({ name, link }) => {
      const lines = link.lines?.() ?? [];
      return { path: name, ...link.counts(), ...(lines.length === 0 ? {} : { lines }) };
    });
  }

  async close(): Promise<void> {
    await closeAll(this.#paths);
  }
}

async function closeAll(paths: readonly Path[]): Promise<void> {
  await Promise.all(paths.map(({ link }) => link.close()));
}
