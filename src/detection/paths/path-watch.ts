/**
 * Several paths side by side: by which of them each peer is heard, and by which it hears. A peer is
 * cut when nothing gets through, degraded when a path is lost, and a loss in one direction is told
 * from a loss in both.
 *
 * Each node tells the others its row of the *hearing matrix*: for each peer the paths by which it
 * is heard. A loss of one direction is then seen at both ends: one is silent to the other, which
 * says so. A peer that this node cannot hear cannot tell it anything, so each node also passes on
 * what others told it themselves, and the row comes by a third node. (Rows of peers that report
 * whom they hear are how link-state routing finds one-way links: OLSR, RFC 3626 section 7.)
 *
 * A frame that is heard costs a look into a map: a deadline that is too early is harmless, so it is
 * found anew only when one has come.
 *
 * Invariant: after a timeout at `now`, every silence, row and report that is waited for ends later.
 */
import { assert, unreachable } from "../../kernel/assert.js";
import type { NodeId } from "../../kernel/ids.js";
import type { Machine, Timeout } from "../../kernel/machine.js";
import { after, type Duration, due, earlier, type Instant, micros } from "../../kernel/time.js";
import {
  parseReport,
  pathsMax,
  peersMax,
  type RelayedRow,
  type Row,
  reportBody,
} from "./messages.js";
import {
  type PathOptions,
  type PathOutput,
  PeerPaths,
  type PeerPathsStanding,
} from "./peer-paths.js";
import { RowBook } from "./row-book.js";

export type PathInput =
  /**
   * An authentic frame of `peer` came by this path, counted from 0. Also a duplicate of one that
   * came by another path before: it proves that this path carries.
   */
  | { readonly kind: "heard"; readonly peer: NodeId; readonly path: number }
  /** The report of `from`, hostile until parsed; `life` is the boot id in its envelope. */
  | {
      readonly kind: "hearing";
      readonly from: NodeId;
      readonly life: number;
      readonly body: unknown;
    }
  /** From now on `peer` is a member. Ignored where it is watched already. */
  | { readonly kind: "watch"; readonly peer: NodeId }
  | { readonly kind: "forget"; readonly peer: NodeId }
  /** This node was woken so late that the silences it sees may be its own. */
  | { readonly kind: "was-late" };

export type PathWatchOutput =
  | PathOutput
  /** To all peers, by all paths. */
  | { readonly kind: "send-report"; readonly body: unknown }
  /** The report of `from` had no effect. */
  | {
      readonly kind: "refused";
      readonly from: NodeId;
      readonly reason: "malformed" | "stranger";
    }
  /** There are `peersMax` peers already. */
  | { readonly kind: "watch-refused"; readonly peer: NodeId };

export interface PathWatchOptions {
  readonly now: Instant;
  readonly self: NodeId;
  /** The other members, each once; at most `peersMax`. */
  readonly peers: readonly NodeId[];
  /** 1 to `pathsMax`, in the same order at every node: reports name them by their place. */
  readonly paths: readonly PathOptions[];
  /** A report is sent so often, and sooner after a change. At least 4 microseconds. */
  readonly reportEvery: Duration;
}

/** What one node says of another, for the status page: names of paths. */
export interface HearingOf {
  readonly listener: NodeId;
  readonly speaker: NodeId;
  readonly heardBy: readonly string[];
  readonly silentBy: readonly string[];
}

/** So many reports may be lost in a row before a row counts as too old. */
export const reportsLostMax = 3;

/** After a change a report is sent this much sooner, and never more often. */
const hastePerReport = 4;

interface Peer {
  readonly paths: PeerPaths;
  readonly book: RowBook;
  /** Of its last report; rows that it passed on in an earlier life are gone with it. */
  life: number;
}

const nothing: readonly PathWatchOutput[] = [];

export class PathWatch implements Machine<PathInput, PathWatchOutput> {
  readonly #options: PathWatchOptions;
  readonly #rowAgeMax: Duration;
  readonly #haste: Duration;
  readonly #peers = new Map<NodeId, Peer>();
  #count = 0;
  #reportedAt: Instant;
  #nextReport: Instant;
  /** Not later than the first silence or row that ends. */
  #wakeAt: Instant | null;

  constructor(options: PathWatchOptions) {
    const { now, self, peers, paths, reportEvery } = options;
    assert(paths.length > 0 && paths.length <= pathsMax, `${paths.length} paths`);
    assert(peers.length <= peersMax, `${peers.length} peers`);
    assert(reportEvery >= hastePerReport, "reports without a pause");
    this.#options = options;
    this.#rowAgeMax = micros((reportsLostMax + 1) * reportEvery);
    this.#haste = micros(Math.floor(reportEvery / hastePerReport));
    this.#reportedAt = now;
    this.#nextReport = after(now, reportEvery);
    for (const peer of peers) {
      assert(peer !== self && !this.#peers.has(peer), `peer ${peer} is listed twice`);
      this.#peers.set(peer, this.#newPeer(now, peer));
    }
    this.#wakeAt = this.#firstEnd();
  }

  step(now: Instant, input: PathInput | Timeout): readonly PathWatchOutput[] {
    switch (input.kind) {
      case "heard":
        return this.#onHeard(now, input.peer, input.path);
      case "hearing":
        return this.#onHearing(now, input.from, input.life, input.body);
      case "watch":
        return this.#onWatch(now, input.peer);
      case "forget":
        return this.#onForget(now, input.peer);
      case "was-late":
        return this.#onWasLate(now);
      case "timeout":
        return this.#onTimeout(now);
      default:
        return unreachable(input);
    }
  }

  deadline(): Instant {
    return earlier(this.#nextReport, this.#wakeAt) ?? this.#nextReport;
  }

  /** In the order in which the peers were named. */
  standing(): readonly PeerPathsStanding[] {
    return [...this.#peers.values()].map(({ paths }) => paths.standing());
  }

  /** Who hears whom, as far as this node knows: its own row, and those that are not too old. */
  matrix(): readonly HearingOf[] {
    const own = [this.#options.self, this.#words()] as const;
    const others = [...this.#peers].map(
      ([name, { paths, book }]) => [name, book.believed(paths.heard)?.words ?? new Map()] as const,
    );
    return [own, ...others].flatMap(([listener, words]) =>
      [...words].map(([speaker, { heard, silent }]) => ({
        ...{ listener, speaker },
        ...{ heardBy: this.#namesOf(heard), silentBy: this.#namesOf(silent) },
      })),
    );
  }

  #onHeard(now: Instant, name: NodeId, path: number): readonly PathWatchOutput[] {
    const peer = this.#peers.get(name);
    if (peer === undefined || !peer.paths.hear(now, path)) return nothing;
    this.#wakeAt = earlier(this.#wakeAt, peer.paths.firstSilence());
    this.#reportSoon(now);
    return this.#judge(peer);
  }

  #onHearing(now: Instant, from: NodeId, life: number, body: unknown): readonly PathWatchOutput[] {
    const sender = this.#peers.get(from);
    if (sender === undefined) return [{ kind: "refused", from, reason: "stranger" }];
    const report = parseReport(body, this.#options.paths.length);
    if (report === null) return [{ kind: "refused", from, reason: "malformed" }];
    const anew = life > sender.life;
    if (anew) this.#forgetRelay(from);
    sender.life = Math.max(life, sender.life);
    const changed = this.#take(now, from, { ...report.own, life }, report.relayed);
    const toJudge = anew ? [...this.#peers.values()] : changed;
    return toJudge.flatMap((peer) => this.#judge(peer));
  }

  /**
   * Whose rows have changed. Rows of strangers, and what others say of this node's own, have no
   * effect.
   */
  #take(now: Instant, from: NodeId, own: Row, relayed: readonly RelayedRow[]): readonly Peer[] {
    const expiresAt = after(now, this.#rowAgeMax);
    const changed: Peer[] = [];
    const sender = this.#peers.get(from);
    const news = sender?.book.takeOwn(own, expiresAt);
    if (sender !== undefined && news !== "old") changed.push(sender);
    // Others may hear of it only by this node.
    if (news === "new-words") this.#reportSoon(now);
    for (const row of relayed) {
      const subject = row.subject === from ? undefined : this.#peers.get(row.subject);
      if (subject?.book.takeRelayed(from, row, expiresAt)) changed.push(subject);
    }
    if (changed.length > 0) this.#wakeAt = earlier(this.#wakeAt, expiresAt);
    return changed;
  }

  #onWatch(now: Instant, name: NodeId): readonly PathWatchOutput[] {
    if (name === this.#options.self || this.#peers.has(name)) return nothing;
    if (this.#peers.size === peersMax) return [{ kind: "watch-refused", peer: name }];
    const peer = this.#newPeer(now, name);
    this.#peers.set(name, peer);
    this.#wakeAt = earlier(this.#wakeAt, peer.paths.firstSilence());
    return nothing;
  }

  /** A relay's word goes with it, which may change what is known of the others. */
  #onForget(now: Instant, name: NodeId): readonly PathWatchOutput[] {
    if (!this.#peers.delete(name)) return nothing;
    this.#forgetRelay(name);
    this.#reportSoon(now);
    return [...this.#peers.values()].flatMap((peer) => this.#judge(peer));
  }

  #onWasLate(now: Instant): readonly PathWatchOutput[] {
    const expiresAt = after(now, this.#rowAgeMax);
    for (const { paths, book } of this.#peers.values()) {
      paths.beginAnew(now);
      book.renew(expiresAt);
    }
    this.#wakeAt = this.#firstEnd();
    return nothing;
  }

  #onTimeout(now: Instant): readonly PathWatchOutput[] {
    const outputs: PathWatchOutput[] = [];
    if (due(this.#wakeAt, now)) {
      for (const peer of this.#peers.values()) outputs.push(...this.#age(now, peer));
      this.#wakeAt = this.#firstEnd();
    }
    if (due(this.#nextReport, now)) outputs.push(this.#report(now));
    assert(!due(this.deadline(), now), "a silence, a row or a report is overdue after a timeout");
    return outputs;
  }

  #age(now: Instant, peer: Peer): readonly PathWatchOutput[] {
    const silent = peer.paths.fallSilent(now);
    const expired = peer.book.expire(now);
    if (silent) this.#reportSoon(now);
    return silent || expired ? this.#judge(peer) : nothing;
  }

  #judge({ paths, book }: Peer): readonly PathOutput[] {
    return paths.judge(book.believed(paths.heard)?.words.get(this.#options.self));
  }

  #report(now: Instant): PathWatchOutput {
    this.#count += 1;
    this.#reportedAt = now;
    this.#nextReport = after(now, this.#options.reportEvery);
    const relayed = [...this.#peers].flatMap(([subject, { book }]) => {
      const row = book.own();
      return row === null ? [] : [{ ...row, subject }];
    });
    const names = [this.#options.self, ...this.#peers.keys()].sort(byName);
    const own = { count: this.#count, words: this.#words() };
    return { kind: "send-report", body: reportBody(names, { own, relayed }) };
  }

  #reportSoon(now: Instant): void {
    const soonest = after(this.#reportedAt, this.#haste);
    const soon = soonest > now ? soonest : now;
    if (soon < this.#nextReport) this.#nextReport = soon;
  }

  #words() {
    return new Map([...this.#peers].map(([name, { paths }]) => [name, paths.word()]));
  }

  #namesOf(bits: number): readonly string[] {
    const { paths } = this.#options;
    return paths.filter((_, index) => ((bits >> index) & 1) === 1).map(({ name }) => name);
  }

  #newPeer(now: Instant, name: NodeId): Peer {
    const paths = new PeerPaths(now, name, this.#options.paths);
    return { paths, book: new RowBook(), life: 0 };
  }

  #forgetRelay(relay: NodeId): void {
    for (const { book } of this.#peers.values()) book.dropRelay(relay);
  }

  #firstEnd(): Instant | null {
    let first: Instant | null = null;
    for (const { paths, book } of this.#peers.values()) {
      first = earlier(first, earlier(paths.firstSilence(), book.firstExpiry()));
    }
    return first;
  }
}

const byName = (one: NodeId, other: NodeId): number => (one < other ? -1 : 1);
