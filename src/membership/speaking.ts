/**
 * What leaves this node: every message carries what is most in need of being told. A member that is
 * accused is told so before anything else (Lifeguard's buddy system, section 4.3): it cannot refute
 * what it does not know.
 */
import type { NodeId } from "../kernel/ids.js";
import type { Duration } from "../kernel/time.js";
import { bodyBytes } from "./body-size.js";
import { claimBody } from "./claim-body.js";
import type { Claim } from "./claims.js";
import { type MessageContent, messageBody } from "./messages.js";
import { OncePerPeriod } from "./once-per-period.js";
import type { MembershipSettings } from "./ports.js";
import { transmissionsMax } from "./scales.js";
import type { View } from "./view.js";

/** Claims fill at most so many bytes, so that a frame fits into one datagram unfragmented. */
export const claimsBytesMax = 800;

/** Numbers that the rumours are looked through for one message, so that none takes long. */
const walkMax = 256;

export class Speaking {
  readonly #view: View;
  readonly #settings: MembershipSettings;
  /** Whom we have told lately that it is accused. */
  readonly #warned: OncePerPeriod;
  /** It has left, or its name is another's: it says no more. */
  #isSilent = false;

  constructor(view: View, settings: MembershipSettings, period: Duration) {
    this.#view = view;
    this.#settings = settings;
    this.#warned = view.about(new OncePerPeriod(period));
  }

  get isSilent(): boolean {
    return this.#isSilent;
  }

  fallSilent(): void {
    this.#isSilent = true;
  }

  /** A detector's body, or none. Who is accused gets a message of its own. */
  carry(targets: readonly NodeId[], detector: unknown): void {
    const others: NodeId[] = [];
    for (const target of targets) {
      const number = this.#view.names.numberOf(target);
      if (number === undefined || !this.isAccused(number)) others.push(target);
      else this.tell(number, { kind: "carry", detector });
    }
    if (others.length > 0) this.#send(others, { kind: "carry", detector }, []);
  }

  tell(number: number, content: MessageContent): void {
    const claim = this.isAccused(number) ? this.#view.claimOf(number) : null;
    if (claim !== null) this.#warned.mark(number, this.#view.now);
    this.#send([this.#view.names.nameOf(number)], content, claim === null ? [] : [claim]);
  }

  /** Tells the member what we hold of it, unless it was told within a period. */
  warn(number: number): void {
    const claim = this.#view.claimOf(number);
    if (claim === null || !this.#warned.take(number, this.#view.now)) return;
    const target = this.#view.names.nameOf(number);
    this.#send([target], { kind: "carry", detector: null }, [claim]);
  }

  /** Only where there is something new to tell. */
  gossip(number: number): void {
    if (this.#isSilent) return;
    const targets = [this.#view.names.nameOf(number)];
    const claims = this.#news(targets, []);
    if (claims.length > 0) this.say(number, { kind: "carry", detector: null }, claims);
  }

  /** Exactly these claims: a page of a list, a goodbye. */
  say(number: number, content: MessageContent, claims: readonly Claim[]): void {
    if (this.#isSilent) return;
    const targets = [this.#view.names.nameOf(number)];
    this.#view.tell({ kind: "send", targets, body: this.#body(content, claims) });
  }

  sayToAddress(address: string, content: MessageContent, claims: readonly Claim[]): void {
    if (this.#isSilent) return;
    const body = this.#body(content, claims);
    this.#view.tell({ kind: "send-to-address", address, body });
  }

  sweep(): void {
    this.#warned.sweep(this.#view.now);
  }

  isAccused(number: number): boolean {
    if (!this.#view.table.has(number)) return false;
    const state = this.#view.table.stateOf(number);
    return state === "suspected" || state === "unreachable" || state === "dead";
  }

  #send(targets: readonly NodeId[], content: MessageContent, first: readonly Claim[]): void {
    if (this.#isSilent) return;
    const body = this.#body(content, [...first, ...this.#news(targets, first)]);
    this.#view.tell({ kind: "send", targets, body });
  }

  #body(content: MessageContent, claims: readonly Claim[]): unknown {
    const { table, self } = this.#view;
    return messageBody(table.incarnationOf(self), table.rankOf(self), claims, content);
  }

  #news(targets: readonly NodeId[], first: readonly Claim[]): readonly Claim[] {
    const { rumours, table } = this.#view;
    if (rumours.size === 0) return [];
    const only = targets.length === 1 ? (targets[0] ?? null) : null;
    const room = this.#settings.claimsPerMessageMax - first.length;
    const chosen = this.#choose(only, room, claimsBytesMax - bytesOf(first));
    const timesMax = transmissionsMax(this.#settings.lambda, table.live);
    for (const number of chosen.keys()) rumours.told(number, targets.length, timesMax);
    return [...chosen.values()].filter((claim) => claim !== null);
  }

  /** Null stands for what is told by saying nothing. */
  #choose(only: NodeId | null, room: number, bytesMax: number): Map<number, Claim | null> {
    const chosen = new Map<number, Claim | null>();
    let bytes = 0;
    let walked = 0;
    for (const number of this.#view.rumours.next()) {
      walked += 1;
      if (chosen.size >= room || walked > walkMax) break;
      const claim = this.#view.claimOf(number);
      // To a member itself only what accuses it is news, and that was put first.
      const isIdle = claim === null || claim.member === only;
      if (isIdle && (claim === null || this.#view.table.live <= 2)) chosen.set(number, null);
      if (isIdle) continue;
      bytes += bytesOf([claim]);
      if (bytes > bytesMax) break;
      chosen.set(number, claim);
    }
    return chosen;
  }
}

const bytesOf = (claims: readonly Claim[]): number =>
  claims.reduce((sum, claim) => sum + bodyBytes(claimBody(claim)), 0);
