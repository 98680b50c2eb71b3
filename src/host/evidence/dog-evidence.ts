/**
 * What the dog's thread writes down before it bites: the black box of the loop that hangs. All of
 * it happens behind the dog's back, on the threads that Node has for files, so that a card that
 * stalls cannot hold up the bite; it is then bitten without a record, and that is told.
 *
 * A record that is there already was written by the loop's thread, which knew more: it is left.
 */
import { type FileHandle, open, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { instant } from "../../kernel/time.js";
import { encodeEvidence } from "../../watchdog/evidence/format.js";
import type { EvidenceRecord } from "../../watchdog/evidence.js";
import { type BoxPicture, readBlackBox } from "./black-box-reader.js";

/** Passes from thread to thread. */
export interface DogEvidenceData {
  /** Of the black box. */
  readonly box: SharedArrayBuffer;
  readonly node: string;
  readonly bootId: number;
  /** Where the record goes; its folder is there. */
  readonly file: string;
  readonly recording: string | null;
}

/**
 * A loop that almost hangs again and again would otherwise write, and withdraw, as often. After so
 * many in one life it is bitten without a record, and the next start says `killed`.
 */
const writesMax = 8;

/** A loop that stepped since then, in microseconds, does not hang: it withholds its pets. */
const aliveWithin = 200_000;

export class DogEvidence {
  readonly #data: DogEvidenceData;
  readonly #tell: (message: string) => void;
  #writes = 0;
  /** On the clock of `performance`. */
  #beganAt = 0;
  #state: "none" | "writing" | "written" | "failed" = "none";

  /** @param tell that something did not work */
  constructor(data: DogEvidenceData, tell: (message: string) => void) {
    this.#data = data;
    this.#tell = tell;
  }

  /** It is there, or it never will be, or it has had so many milliseconds since it was begun. */
  hasHad(wait: number): boolean {
    return this.#isSettled || performance.now() - this.#beganAt >= wait;
  }

  /** Begins to write, once in each silence. */
  begin(): void {
    if (this.#state !== "none") return;
    this.#state = this.#writes < writesMax ? "writing" : "failed";
    if (this.#state === "failed") return;
    this.#writes += 1;
    this.#beganAt = performance.now();
    void this.#write().then(
      (mine) => this.#settle(mine ? "written" : "failed"),
      (error: unknown) => {
        this.#tell(`the evidence could not be written: ${(error as Error).message}`);
        this.#settle("failed");
      },
    );
  }

  /** It was petted after all: what was written is taken back. */
  withdraw(): void {
    if (!this.#isSettled) return;
    const wasMine = this.#state === "written";
    this.#state = "none";
    if (wasMine) void rm(this.#data.file, { force: true }).catch(() => {});
  }

  get #isSettled(): boolean {
    return this.#state === "written" || this.#state === "failed";
  }

  #settle(state: "written" | "failed"): void {
    this.#state = state;
  }

  /** False where there is a record already. */
  async #write(): Promise<boolean> {
    const { file, box } = this.#data;
    const record = recordOf(this.#data, readBlackBox(box));
    if (await exists(file)) return false;
    // A name of its own: the loop's thread may come to life and write aside at the same time.
    const aside = `${file}.dog`;
    await written(await open(aside, "w", 0o600), encodeEvidence(record));
    if (await exists(file)) {
      await rm(aside, { force: true });
      return false;
    }
    await rename(aside, file);
    const folder = await open(dirname(file), "r");
    await folder.sync().finally(() => folder.close());
    return true;
  }
}

async function written(handle: FileHandle, text: string): Promise<void> {
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

const exists = (file: string): Promise<boolean> =>
  stat(file).then(
    () => true,
    () => false,
  );

function recordOf(data: DogEvidenceData, picture: BoxPicture): EvidenceRecord {
  const { node, bootId, recording } = data;
  const { running, entities, tasks, steps, lastStepAt, torn } = picture;
  const at = instant(Number(process.hrtime.bigint() / 1_000n));
  const entries = torn ? [...steps, "(changed while it was read: may not fit together)"] : steps;
  const isAlive = running.length === 0 && lastStepAt !== null && at - lastStepAt < aliveWithin;
  return {
    cause: isAlive ? "supervision" : "hang",
    ...{ node, bootId, at, recording, running, entities, tasks },
    wallClock: new Date().toISOString(),
    error: null,
    entries,
  };
}
