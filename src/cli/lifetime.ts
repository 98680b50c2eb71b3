/** Starting and ending what runs until it is told to end: a replica, an agent. */
import { LinkOpenFailure } from "../host/link-open-failure.js";
import { StateFolderFailure } from "../host/state-folder.js";
import { SocketOpenFailure } from "../host/unix-socket.js";
import { WatchdogRefusal } from "../host/watchdog/watchdog-device.js";
import { CliFailure, exitCodes } from "./exit.js";

/** @throws CliFailure with what a person can do about it */
export async function startOrExplain<Live>(start: () => Promise<Live>): Promise<Live> {
  try {
    return await start();
  } catch (error) {
    if (error instanceof SocketOpenFailure && error.reason === "path-too-long") {
      throw new CliFailure("invalidFile", error.message);
    }
    if (
      error instanceof LinkOpenFailure ||
      error instanceof SocketOpenFailure ||
      error instanceof StateFolderFailure
    ) {
      throw new CliFailure("notAvailable", error.message);
    }
    if (error instanceof WatchdogRefusal) {
      const hint = "`watchdog: { required: false }` runs without it, --no-watchdog without any";
      throw new CliFailure("notAvailable", `${error.message}. (${hint})`);
    }
    if (error instanceof Error && "syscall" in error) {
      throw new CliFailure("notAvailable", error.message);
    }
    throw error;
  }
}

/** Calls `end` when a signal asks for an end in good order. A second one does not wait for it. */
export function onEndSignal(end: () => void): void {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.once(signal, () => {
      process.once(signal, () => process.exit(exitCodes.timedOut));
      end();
    });
  }
}
