/**
 * A link that may not be there yet, or fail: it is opened again and again, for ever. A second path
 * is for the time when the first is lost, so what is wrong with it must not keep a replica from
 * starting, nor end one.
 */
import type { NodeId } from "../kernel/ids.js";
import type { LinkCounts } from "../wire/link.js";
import type { ClosableLink } from "./addressed-link.js";

export interface LateLinkOptions {
  /** Opens the link, which calls `onFailed` when it will carry nothing more. */
  readonly connect: (onFailed: (reason: string) => void) => Promise<ClosableLink>;
  readonly onTrouble: (trouble: LateLinkTrouble) => void;
}

export type LateLinkTrouble =
  /** Told once, however often opening it again fails. */
  { readonly kind: "link-absent"; readonly reason: string } | { readonly kind: "link-there" };

/** Between two attempts, in milliseconds: an interface that is down comes up when a person acts. */
export const reconnectAfter = 2_000;

const noCounts: LinkCounts = { sent: 0, received: 0, dropped: 0, failed: 0, tooLong: 0 };

export class LateLink implements ClosableLink {
  readonly #options: LateLinkOptions;
  #link: ClosableLink | null = null;
  #timer: NodeJS.Timeout | null = null;
  #isAbsent = false;
  #closed = false;
  /** Of the links that have failed. */
  #former = noCounts;
  /** Frames for which there was no link. */
  #failed = 0;

  private constructor(options: LateLinkOptions) {
    this.#options = options;
  }

  /** Resolves when it was tried once. */
  static async open(options: LateLinkOptions): Promise<LateLink> {
    const late = new LateLink(options);
    await late.#connect();
    return late;
  }

  send(targets: readonly NodeId[], bytes: Uint8Array): void {
    if (this.#link === null) this.#failed += targets.length;
    else this.#link.send(targets, bytes);
  }

  counts(): LinkCounts {
    const counts = sum(this.#former, this.#link?.counts() ?? noCounts);
    return { ...counts, failed: counts.failed + this.#failed };
  }

  async close(): Promise<void> {
    this.#closed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    await this.#link?.close();
  }

  async #connect(): Promise<void> {
    this.#timer = null;
    let failed = false;
    try {
      const link = await this.#options.connect((reason) => {
        failed = true;
        void this.#onFailed(reason);
      });
      if (this.#closed) await link.close();
      else this.#keep(link);
      // It failed before we had it.
      if (failed) await this.#onFailed("failed");
    } catch (error) {
      this.#onAbsent(error instanceof Error ? error.message : String(error));
    }
  }

  #keep(link: ClosableLink): void {
    this.#link = link;
    if (!this.#isAbsent) return;
    this.#isAbsent = false;
    this.#options.onTrouble({ kind: "link-there" });
  }

  async #onFailed(reason: string): Promise<void> {
    const link = this.#link;
    if (link === null || this.#closed) return;
    this.#link = null;
    this.#former = sum(this.#former, link.counts());
    this.#onAbsent(reason);
    await link.close().catch(() => {});
  }

  #onAbsent(reason: string): void {
    if (this.#closed) return;
    this.#timer ??= setTimeout(() => void this.#connect(), reconnectAfter).unref();
    if (this.#isAbsent) return;
    this.#isAbsent = true;
    this.#options.onTrouble({ kind: "link-absent", reason });
  }
}

const sum = (one: LinkCounts, other: LinkCounts): LinkCounts => ({
  sent: one.sent + other.sent,
  received: one.received + other.received,
  dropped: one.dropped + other.dropped,
  failed: one.failed + other.failed,
  tooLong: one.tooLong + other.tooLong,
});
