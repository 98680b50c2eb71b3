/** Starts of a journal, for tests: ordinary but for what is given. */
import { instant, micros } from "../../../../src/kernel/time.js";
import type { BootEntry } from "../../../../src/watchdog/restart/boot-journal.js";

export const entry = (more: Partial<BootEntry>): BootEntry => ({
  ...{ bootId: 1, machineBoot: "m1", wallClock: "2026-01-01T00:00:00.000Z" },
  ...{ startedAt: instant(0), reason: "first", backOff: micros(0), safeMode: false },
  ...{ healthy: false, stopped: false, ran: null },
  ...more,
});
