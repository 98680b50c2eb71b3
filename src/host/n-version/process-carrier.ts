/** Carries a version in a process of its own. */
import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { type Carrier, type CarrierEvents, type CarrierOptions, youngMiBMax } from "./carrier.js";
import type { RunMessage, VersionTask } from "./version-messages.js";

export function startProcess(options: CarrierOptions, events: CarrierEvents): Carrier {
  const { href, file, answerLimits, heapMiBMax } = options;
  const child = fork(fileURLToPath(new URL("./version-process.js", import.meta.url)), [], {
    serialization: "advanced",
    stdio: ["ignore", "inherit", "inherit", "ipc"],
    execArgv: [
      `--max-old-space-size=${heapMiBMax}`,
      // V8 has a third of the young part for each of its halves, and one for what is new and large.
      `--max-semi-space-size=${Math.floor(youngMiBMax / 3)}`,
    ],
  });
  const post = (message: VersionTask | RunMessage): void => {
    // It may end at any moment, and then there is nobody to tell.
    if (child.connected) child.send(message, () => {});
  };
  child.on("message", events.message);
  const exited = new Promise<string>((done) => {
    child.once("exit", (code, signal) => done(endText(code, signal)));
    // Told too when a message or a signal could not be sent, which the end will explain.
    child.on("error", ({ message }) => {
      if (child.pid === undefined) done(`its process cannot be started: ${message}`);
    });
  });
  // The channel ends after its last message, which may come later than the exit.
  const drained = new Promise<void>((done) => {
    child.once("disconnect", done);
    void exited.then(() => child.pid === undefined && done());
  });
  const ended = Promise.all([exited, drained]).then(([message]) => {
    events.ended({ reason: "exited", message });
  });
  post({ href, file, answerLimits });
  child.unref();
  child.channel?.unref();
  return {
    post,
    // What has arrived is in a pipe, and read only when the loop comes to it.
    drain: () => {},
    end: () => {
      child.ref();
      child.channel?.ref();
      child.kill("SIGKILL");
      return ended;
    },
  };
}

function endText(code: number | null, signal: NodeJS.Signals | null): string {
  if (signal === null) return `its process ended with code ${code}`;
  const hint = signal === "SIGABRT" ? ", as it is when its heap is full" : "";
  return `its process was ended by ${signal}${hint}`;
}
