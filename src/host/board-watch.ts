/**
 * Tells of a board that is lost or silent, once, and of its return; and why lines of it cannot be
 * opened again. The replica itself goes on: readings grow old, and commands are refused.
 */
import type { Logger } from "pino";
import type { BoardHealth, PinRefusal } from "../../boards/pin-board.js";
import type { Instant } from "../kernel/time.js";
import type { Clock } from "./monotonic-clock.js";

export interface WatchedBoard {
  health(now: Instant): BoardHealth;
  counts(): ReadonlyMap<string, number>;
  takeTroubles(): readonly PinRefusal[];
}

export interface BoardWatchOptions {
  readonly board: WatchedBoard;
  /** For a person: which board. */
  readonly description: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Between two looks, in milliseconds. */
const lookEvery = 250;

/** Troubles that are told between two losses of the board; of more the first are enough. */
const troublesMax = 64;

export class BoardWatch {
  readonly #options: BoardWatchOptions;
  readonly #timer: NodeJS.Timeout;
  #told: BoardHealth["kind"] = "live";
  /** Of each trouble that was told, its message: a line that stays refused is told once. */
  readonly #troubles = new Set<string>();

  constructor(options: BoardWatchOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.look(), lookEvery).unref();
  }

  look(): void {
    const { board, clock } = this.#options;
    const health = board.health(clock.now());
    if (health.kind !== this.#told) this.#tell(health);
    this.#told = health.kind;
    for (const { message } of board.takeTroubles()) this.#tellTrouble(message);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #tell(health: BoardHealth): void {
    const { description: board, logger } = this.#options;
    const counts = Object.fromEntries(this.#options.board.counts());
    if (health.kind === "live") {
      this.#troubles.clear();
      logger.info({ board, counts }, "the board is back");
      return;
    }
    const why = health.kind === "lost" ? health.message : "it says nothing";
    logger.warn({ board, why, counts }, `the board is ${health.kind}; the replica goes on`);
  }

  #tellTrouble(message: string): void {
    if (this.#troubles.has(message) || this.#troubles.size >= troublesMax) return;
    this.#troubles.add(message);
    this.#options.logger.warn({ why: message }, "a line of the board cannot be opened again");
  }
}
