/** Trials as they end on a machine that is well, for tests that change one of them. */
import type { Trials } from "../../../../src/host/doctor/doctor.js";

const late = { samples: 100, p50: 60, p99: 900, max: 2_000 };

export const goodTrials: Trials = {
  scheduling: { nativeMissing: null, fifo: { granted: true, priority: 40 } },
  clock: {
    ...{ resolution: 1, wallClock: { synchronised: true, errorMax: 900 }, wallStep: 3 },
    ...{ timer: late, sleep: { late, fifo: true } },
  },
  storage: {
    folder: "/var/lib/hold fast",
    fsync: { ok: true, late: { samples: 50, p50: 900, p99: 4_000, max: 5_000 } },
    freeBytes: 4_000_000_000,
  },
  serial: { packageMissing: null },
};

export const refusedTrials: Trials = {
  scheduling: {
    nativeMissing: "koffi is not available for arm here (not found)",
    fifo: { granted: false, reason: "not permitted (EPERM)" },
  },
  clock: { resolution: null, wallClock: null, wallStep: 0, timer: null, sleep: null },
  storage: { folder: "/", fsync: { ok: false, reason: "/: EROFS" }, freeBytes: 10 },
  serial: { packageMissing: "install the package: npm install serialport@13 (not found)" },
};
