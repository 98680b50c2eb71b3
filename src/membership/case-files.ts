/**
 * Why a member is, or was, not alive: kept after it has refuted too, for the question "why was it
 * declared dead?" is asked when it is back.
 */
import type { Evidence } from "../detection/evidence.js";
import { assert } from "../kernel/assert.js";
import type { NodeId } from "../kernel/ids.js";
import type { Duration, Instant } from "../kernel/time.js";
import { type Accusation, accusationsMax, type CaseFile } from "./ports.js";

/** Members that have a case file. The oldest that was refuted makes room, else the oldest. */
export const caseFilesMax = 128;

type Open = { -readonly [Field in keyof CaseFile]: CaseFile[Field] };

export interface Verdict {
  readonly by: NodeId;
  readonly at: Instant;
  readonly healthScore: number;
  readonly lateAt: Instant | null;
}

export class CaseFiles {
  readonly #files = new Map<number, Open>();

  get(number: number): CaseFile | null {
    return this.#files.get(number) ?? null;
  }

  /** Begins a new file; what was known of an earlier case of the member is dropped. */
  open(number: number, subject: { member: NodeId; life: number; incarnation: number }): void {
    this.#files.delete(number);
    if (this.#files.size >= caseFilesMax) this.#makeRoom();
    this.#files.set(number, {
      ...subject,
      accusations: [],
      suspicion: null,
      declaredBy: null,
      declaredAt: null,
      healthScore: 0,
      lateAt: null,
      refutedAt: null,
      returnedLife: null,
    });
    assert(this.#files.size <= caseFilesMax, "more case files than there may be");
  }

  isOpen(number: number): boolean {
    const file = this.#files.get(number);
    return file !== undefined && file.refutedAt === null;
  }

  accuse(number: number, accuser: NodeId, evidence: Evidence | null, now: Instant): void {
    const file = this.#files.get(number);
    if (file === undefined || file.accusations.length >= accusationsMax) return;
    if (file.accusations.some((accusation) => accusation.accuser === accuser)) return;
    file.accusations = [...file.accusations, { accuser, heardAt: now, evidence }];
  }

  /** By this accuser, else the newest; null where nobody is known to have accused the member. */
  accusationBy(number: number, accuser: NodeId): Accusation | null {
    const accusations = this.#files.get(number)?.accusations ?? [];
    const own = accusations.find((accusation) => accusation.accuser === accuser);
    return own ?? accusations.at(-1) ?? null;
  }

  lasts(number: number, length: Duration): void {
    const file = this.#files.get(number);
    if (file === undefined) return;
    file.suspicion = { first: file.suspicion?.first ?? length, last: length };
  }

  declare(number: number, verdict: Verdict): void {
    const file = this.#files.get(number);
    if (file === undefined) return;
    file.declaredBy = verdict.by;
    file.declaredAt = verdict.at;
    file.healthScore = verdict.healthScore;
    file.lateAt = verdict.lateAt;
  }

  /** @param life the one in which it is back */
  refute(number: number, life: number, now: Instant): void {
    const file = this.#files.get(number);
    if (file === undefined) return;
    file.refutedAt = now;
    file.returnedLife = life;
  }

  delete(number: number): void {
    this.#files.delete(number);
  }

  #makeRoom(): void {
    const refuted = [...this.#files].find(([, file]) => file.refutedAt !== null);
    const [oldest] = refuted ?? [...this.#files][0] ?? [];
    if (oldest !== undefined) this.#files.delete(oldest);
  }
}
