/**
 * The replica as a service of systemd: tells it that the replica is up, ends, and how it is, and
 * gives the signs of life that `WatchdogSec=` asks for. They are pets like those of any watchdog:
 * a replica that hangs, or whose supervision failed, is started again by systemd.
 *
 * Source: sd_notify(3), sd_watchdog_enabled(3).
 */
import type { Duration } from "../../kernel/time.js";
import type { NotifySocket } from "./notify-socket.js";
import type { TellWatchdog, WatchdogDevice } from "./watchdog-device.js";

/** `systemctl status` shows one line. */
const statusCharactersMax = 200;

const encoder = new TextEncoder();
const message = (text: string): Uint8Array => encoder.encode(text);

const readyMessage = message("READY=1");
const stoppingMessage = message("STOPPING=1");
const petMessage = message("WATCHDOG=1");

export class SystemdService {
  readonly #socket: NotifySocket;
  readonly #tell: TellWatchdog;
  #failing = false;
  #isReady = false;
  #readyHeard = false;
  #status = "";

  constructor(socket: NotifySocket, tell: TellWatchdog) {
    this.#socket = socket;
    this.#tell = tell;
  }

  /** The replica is up. */
  ready(): void {
    this.#isReady = true;
    this.#tellReady();
  }

  stopping(): void {
    this.#send(stoppingMessage);
  }

  /** For people who look at the service; the same as before is not sent again. */
  describe(status: string): void {
    this.#tellReady();
    const line = status.replace(/[^\x20-\x7e]+/g, " ").slice(0, statusCharactersMax);
    if (line !== this.#status && this.#send(message(`STATUS=${line}`))) this.#status = line;
  }

  /** A sign of life. False when it did not get through. */
  pet(): boolean {
    return this.#send(petMessage);
  }

  close(): void {
    this.#socket.close();
  }

  /** Unheard, it would have the service ended at TimeoutStartSec=, so it is said until it is. */
  #tellReady(): void {
    if (this.#isReady && !this.#readyHeard) this.#readyHeard = this.#send(readyMessage);
  }

  #send(bytes: Uint8Array): boolean {
    const error = this.#socket.send(bytes);
    if (error !== null && !this.#failing) {
      this.#tell("warn", `nothing gets through to its socket (${error})`);
    }
    if (error === null && this.#failing) this.#tell("info", "its socket takes messages again");
    this.#failing = error !== null;
    return error === null;
  }
}

/** The part of it that is a watchdog. */
export class SystemdWatchdog implements WatchdogDevice {
  readonly name = "systemd";
  readonly identity = null;
  readonly timeout: Duration;
  readonly #service: SystemdService;
  #pets = 0;
  #failures = 0;
  #closed = false;

  constructor(service: SystemdService, timeout: Duration) {
    this.#service = service;
    this.timeout = timeout;
  }

  get pets(): number {
    return this.#pets;
  }

  get failures(): number {
    return this.#failures;
  }

  timeLeft(): null {
    return null;
  }

  pet(): void {
    if (this.#closed) return;
    if (this.#service.pet()) this.#pets += 1;
    else this.#failures += 1;
  }

  /** The unit's own business from here: it was told that the service stops. */
  async close(): Promise<void> {
    this.#closed = true;
  }
}
