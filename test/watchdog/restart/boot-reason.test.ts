/** Why a replica was started: all combinations of the facts against the rules, spelled out. */
import { describe, expect, it } from "vitest";
import { type EvidenceCause, evidenceCauses } from "../../../src/watchdog/evidence.js";
import {
  type BootFacts,
  type BootReason,
  bootReasons,
  judgeBoot,
  type LastLife,
  parseReason,
  reasonText,
} from "../../../src/watchdog/restart/boot-reason.js";

const life = (more: Partial<LastLife> = {}): LastLife => ({
  ...{ machineBoot: "m1", stopped: false, evidence: null },
  ...more,
});

const judged = (last: LastLife | null, more: Partial<BootFacts> = {}): BootReason =>
  judgeBoot({
    ...{ last, journalLost: false, machineBoot: "m1", cardReset: false, panicLogged: false },
    ...more,
  });

const restarted = { machineBoot: "m2" };

describe("the reason of a start", () => {
  it("BOOT-REASON-1: is `first` without a start before, `unknown` if its journal is lost", () => {
    expect(judged(null)).toBe("first");
    expect(judged(null, { journalLost: true })).toBe("unknown");
    // Marks of the hardware say nothing about a replica that was not there.
    expect(judged(null, { cardReset: true, panicLogged: true })).toBe("first");
  });

  it("BOOT-REASON-2: is `request` after an orderly stop, whatever came after it", () => {
    const causes: readonly (EvidenceCause | null)[] = [null, ...evidenceCauses];
    for (const evidence of causes) {
      for (const machineBoot of ["m1", "m2", null]) {
        for (const cardReset of [false, true]) {
          const more = { machineBoot, cardReset, panicLogged: cardReset };
          expect(judged(life({ stopped: true, evidence }), more)).toBe("request");
        }
      }
    }
  });

  it.each([
    [null, "killed"],
    ["hang", "watchdog"],
    ["supervision", "watchdog"],
    ["crash", "crash"],
    ["refused", "refused"],
  ] as const)(
    "BOOT-REASON-3: within a boot of the machine, evidence %s: %s",
    (evidence, reason) => {
      expect(judged(life({ evidence }))).toBe(reason);
      // The marks stay until the next restart of the machine: they are of the one before.
      expect(judged(life({ evidence }), { cardReset: true, panicLogged: true })).toBe(reason);
    },
  );

  it.each([
    [{}, null, "power"],
    [{ cardReset: true }, null, "watchdog"],
    [{ panicLogged: true }, null, "panic"],
    [{ panicLogged: true, cardReset: true }, null, "panic"],
    [{}, "hang", "watchdog"],
    [{}, "crash", "crash"],
    [{}, "refused", "refused"],
    [{ cardReset: true }, "crash", "crash"],
    [{ cardReset: true }, "supervision", "watchdog"],
    [{ panicLogged: true }, "hang", "panic"],
  ] as const)(
    "BOOT-REASON-4: after a restart, %j and evidence %s: %s",
    (marks, evidence, reason) => {
      expect(judged(life({ evidence }), { ...restarted, ...marks })).toBe(reason);
    },
  );

  it("BOOT-REASON-5: is `unknown` where nobody can tell the boots of the machine apart", () => {
    expect(judged(life(), { machineBoot: null })).toBe("unknown");
    expect(judged(life({ machineBoot: null }))).toBe("unknown");
    expect(judged(life({ machineBoot: null, evidence: "hang" }))).toBe("watchdog");
    expect(judged(life({ machineBoot: null }), { machineBoot: null })).toBe("unknown");
  });

  it("has words for each reason, and is read back by its name only", () => {
    for (const reason of bootReasons) {
      expect(reasonText(reason)).toContain(reason);
      expect(parseReason(reason)).toBe(reason);
    }
    expect([parseReason("reboot"), parseReason(null), parseReason(3)]).toEqual([null, null, null]);
  });
});
