/** The thread in which microcontrollers run, as fast as the clock on the wall. */
import { parentPort, workerData } from "node:worker_threads";
import { MonotonicClock } from "../../src/host/monotonic-clock.js";
import { assert } from "../../src/kernel/assert.js";
import { millis } from "../../src/kernel/time.js";
import { DeviceInThread } from "./device-in-thread.js";
import { runPaced } from "./paced.js";
import type { FromThread, MicrocontrollerSpec, ToThread } from "./thread-messages.js";

/** A view is told so often, in steps of the pacing. */
const stepsPerView = 5;

/** Of the microcontrollers' own time, before anybody is connected to them. */
const warmUp = millis(300);

const port = parentPort;
assert(port !== null, "microcontrollers run in a thread of their own");
const tell = (message: FromThread): void => port.postMessage(message);
const specs = workerData as readonly MicrocontrollerSpec[];
const devices = specs.map((spec, place) => new DeviceInThread(spec, place, tell));
let steps = 0;

/** So that the code of the simulator is compiled before it must keep pace. */
for (const { microcontroller } of devices) microcontroller.runFor(warmUp);

const pacing = runPaced(
  devices.map(({ microcontroller }) => microcontroller),
  new MonotonicClock(),
  () => {
    steps += 1;
    for (const device of devices) {
      device.tellHeard();
      if (steps % stepsPerView === 0) device.tellView(pacing.leftOut());
    }
  },
);

port.on("message", (message: ToThread) => {
  if (message.kind !== "stop") devices[message.device]?.obey(message);
  else {
    pacing.stop();
    port.close();
  }
});

tell({ kind: "ready" });
