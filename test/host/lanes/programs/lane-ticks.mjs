/** Ticks for lanes.mjs, by the role that the lane's data names. */
let ticks = 0;

function spin(ms) {
  for (const end = performance.now() + ms; performance.now() < end; );
}

const roles = {
  idle() {},
  steady({ buffers, locks, planned, woken, tick }) {
    const seen = new Int32Array(buffers.seen);
    seen[0] += 1;
    seen[1] = tick;
    seen[2] = woken >= planned ? 1 : -1;
    if (locks.lock === undefined) return;
    seen[3] = locks.lock.lock(1_000).kind === "taken" ? 1 : -1;
    locks.lock.unlock();
  },
  /** Two periods and a half: two ticks after it are skipped. */
  overruns: () => spin(12.5),
  hangs({ priority }) {
    if (priority.level >= 0 && ticks > 8) for (;;);
  },
  stutters() {
    if (ticks === 20) spin(600);
  },
  throws() {
    if (ticks > 8) throw new Error("the valve is stuck");
  },
  promises: async () => {},
};

export function tick(context) {
  ticks += 1;
  return roles[context.data.role](context);
}
