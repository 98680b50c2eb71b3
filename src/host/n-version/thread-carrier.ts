/** Carries a version in a thread of this process. */
import {
  MessageChannel,
  type MessagePort,
  receiveMessageOnPort,
  Worker,
} from "node:worker_threads";
import { thrownText } from "../../voting/structured/thrown-text.js";
import {
  type Carrier,
  type CarrierEnd,
  type CarrierEvents,
  type CarrierOptions,
  youngMiBMax,
} from "./carrier.js";
import type { ThreadData } from "./version-thread.js";

/** Messages that are taken at once when somebody looks; the version could send without end. */
const messagesPerDrainMax = 64;

/** The code of Node's error when a thread's heap reached its limit. */
const heapEnd = "ERR_WORKER_OUT_OF_MEMORY";

export function startThread(options: CarrierOptions, events: CarrierEvents): Carrier {
  const { href, file, answerLimits } = options;
  const { port1: port, port2 } = new MessageChannel();
  const workerData: ThreadData = { task: { href, file, answerLimits }, port: port2 };
  const worker = new Worker(new URL("./version-thread.js", import.meta.url), {
    workerData,
    transferList: [port2],
    execArgv: [],
    name: options.name,
    resourceLimits: {
      maxOldGenerationSizeMb: options.heapMiBMax,
      maxYoungGenerationSizeMb: youngMiBMax,
    },
  });
  const drain = () => drainPort(port, events.message);
  let cause: unknown;
  port.on("message", events.message);
  worker.on("error", (error: unknown) => {
    cause = error;
  });
  worker.once("exit", (code) => {
    // What it said before its end counts.
    drain();
    port.close();
    events.ended(endOf(cause, code));
  });
  // A runner that nobody closed must not keep the process; the timer of an open call does.
  worker.unref();
  port.unref();
  return {
    post: (message) => port.postMessage(message),
    drain,
    end: async () => {
      await worker.terminate();
    },
  };
}

function drainPort(port: MessagePort, tell: (message: unknown) => void): void {
  for (let count = 0; count < messagesPerDrainMax; count += 1) {
    const waiting = receiveMessageOnPort(port);
    if (waiting === undefined) return;
    tell(waiting.message);
  }
}

function endOf(cause: unknown, code: number): CarrierEnd {
  if (cause === undefined) {
    return { reason: "exited", message: `its thread ended with code ${code}` };
  }
  const isHeap = cause instanceof Error && "code" in cause && cause.code === heapEnd;
  return { reason: isHeap ? "out-of-memory" : "exited", message: thrownText(cause) };
}
