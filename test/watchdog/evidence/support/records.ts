/** Evidence records, for tests: empty but for what is given. */
import { instant } from "../../../../src/kernel/time.js";
import type { EvidenceRecord } from "../../../../src/watchdog/evidence.js";

export const evidence = (more: Partial<EvidenceRecord>): EvidenceRecord => ({
  ...{ cause: "hang", node: "a", bootId: 7, at: instant(5_000_000) },
  ...{ wallClock: "2026-01-01T00:00:00.000Z", error: null, running: [], recording: null },
  ...{ entities: [], tasks: [], entries: [] },
  ...more,
});
