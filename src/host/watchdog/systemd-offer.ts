/**
 * What systemd tells a service in its environment: where it listens, and how long it waits for a
 * sign of life. The variables are for one process, so they are taken out: a child that inherited
 * them would speak in our name.
 */
import { type Duration, micros } from "../../kernel/time.js";

export interface SystemdOffer {
  /** See `openNotifySocket`. */
  readonly socket: string;
  /** Null where systemd does not wait for signs of life of ours. */
  readonly watchdog: Duration | null;
  /** What is odd about it, for a person; null where nothing is. */
  readonly complaint: string | null;
}

/** An environment from which may be taken. */
export type OwnEnvironment = Record<string, string | undefined>;

const variables = ["NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"] as const;

/** Null where no systemd waits for us. */
export function takeSystemdOffer(env: OwnEnvironment, pid: number): SystemdOffer | null {
  const [socket, time, owner] = variables.map((name) => env[name]);
  for (const name of variables) delete env[name];
  if (socket === undefined || socket === "") return null;
  if (time === undefined || time === "") return { socket, watchdog: null, complaint: null };
  if (owner !== undefined && owner !== String(pid)) {
    return { socket, watchdog: null, complaint: notOurs(owner) };
  }
  if (!/^[1-9]\d{0,14}$/.test(time)) {
    const complaint = `WATCHDOG_USEC=${time.slice(0, 32)} is no time in microseconds`;
    return { socket, watchdog: null, complaint };
  }
  return { socket, watchdog: micros(Number(time)), complaint: null };
}

const notOurs = (owner: string): string =>
  `it waits for signs of process ${owner.slice(0, 16)}, and this is another one: let ExecStart= ` +
  "start node itself, without npm or a shell around it";
