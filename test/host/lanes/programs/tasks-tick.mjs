/**
 * An executive in a lane: low takes a lock, high then wants it, medium wants nothing. Each slice
 * writes down its task and what /proc says of the thread.
 */
import { runExportedSlices } from "../../../../dist/src/host/lanes/exported-slices.js";
import { Executive } from "../../../../dist/src/scheduling/executive/executive.js";
import { kernelPriority, posix } from "./thread.mjs";

const rest = 60;
const clock = () => posix.now();
let executive = null;
let seen = null;
let count = 0;

function note(code) {
  seen[1 + 2 * count] = code;
  seen[2 + 2 * count] = kernelPriority();
  count += 1;
}

function begin() {
  executive = new Executive({ now: clock() });
  executive.addLock({ name: "bus", protocol: { kind: "inheritance" } });
  const pause = { kind: "pause" };
  const lock = { kind: "lock", lock: "bus", timeout: null };
  const unlock = { kind: "unlock", lock: "bus" };
  const add = (name, base, body) => executive.add(clock(), { name, base, body });
  add("low", 10, function* () {
    note(1);
    yield lock;
    add("medium", 20, function* () {
      note(2);
      yield pause;
    });
    add("high", 30, function* () {
      note(3);
      yield lock;
      note(4);
      yield unlock;
    });
    yield pause;
    // High waits for it now.
    note(5);
    yield unlock;
    note(6);
  });
}

export function tick({ buffers, priority, tick: number }) {
  seen ??= new Int32Array(buffers.seen);
  // Warm, and raised: long after the first tick.
  if (priority.level === 0 || Atomics.load(seen, 0) !== 0) return;
  if (executive === null) begin();
  runExportedSlices(executive, { kernel: priority, rest, clock, slicesMax: 100 });
  note(number > 0 ? 7 : 0);
  Atomics.store(seen, 0, count);
}
