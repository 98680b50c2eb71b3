import { describe, expect, it } from "vitest";
import { micros, millis, seconds } from "../../../src/kernel/time.js";
import { faultText } from "../../../src/watchdog/supervision/fault-text.js";
import type { SupervisionOptions } from "../../../src/watchdog/supervision/ports.js";
import type { RuleFault } from "../../../src/watchdog/supervision/rules.js";
import {
  alive,
  at,
  done,
  entityOf,
  every,
  inTime,
  kinds,
  ms,
  only,
  play,
  supervisionOf,
  type Word,
} from "./support/play.js";

const supervision = (more: Partial<SupervisionOptions> = {}) =>
  supervisionOf([entityOf([alive({ tolerance: 1 })])], more);

const failsAt200 = done(every(10, 0, 95));

describe("the global status", () => {
  it("STATUS-1: is that of the entity that is worst off", () => {
    const machine = supervision({ expiredMax: millis(120) });
    const globalAt = (until: number, words: readonly Word[] = []): string => {
      play(machine, words, until);
      return machine.status().global;
    };
    expect(globalAt(199, failsAt200)).toBe("ok");
    expect([200, 299].map((time) => globalAt(time))).toEqual(["failed", "failed"]);
    expect([300, 419].map((time) => globalAt(time))).toEqual(["expired", "expired"]);
    expect([420, 900].map((time) => globalAt(time))).toEqual(["stopped", "stopped"]);
  });

  it("STATUS-2: between expired and stopped pets go on, for what must be saved", () => {
    const told = play(supervision({ expiredMax: millis(120) }), failsAt200, 2_000);
    expect(kinds(told)).toEqual([
      [0, "supervision-began"],
      [200, "supervision-tolerated"],
      [300, "supervision-failed"],
      [420, "supervision-stopped"],
    ]);
    expect(only(told, "pet")).toEqual(every(50, 0, 401));
  });

  it("STATUS-2: without that time pets end at once", () => {
    const told = play(supervision(), failsAt200, 2_000);
    expect(only(told, "supervision-stopped")).toEqual([300]);
    expect(only(told, "pet")).toEqual(every(50, 0, 251));
  });

  it("STATUS-4: what is told names who was late, by which rule, and how all others were", () => {
    const machine = supervisionOf([
      entityOf([inTime()], { entity: "control" }),
      entityOf([alive()], { entity: "heartbeat" }),
    ]);
    const told = play(machine, [at(5, "heartbeat/done"), at(10, "control/began")], 60);
    const fault = 'deadline: "done" has not come 30.0 ms after "began", from 10.0 ms to 30.0 ms';
    const control = {
      ...{ entity: "control", status: "expired", lastCheckpoint: ms(10) },
      fault: `${fault} are right`,
    };
    expect(told.filter(([, { kind }]) => kind !== "pet").slice(1)).toMatchObject([
      [40.001, { kind: "supervision-failed", entity: "control", evidence: control }],
      [
        40.001,
        {
          kind: "supervision-stopped",
          entities: [
            control,
            { entity: "heartbeat", status: "ok", fault: null, lastCheckpoint: ms(5) },
          ],
        },
      ],
    ]);
  });

  it("STATUS-1: what is well again has no fault any more", () => {
    const machine = supervision();
    play(machine, done([...every(10, 0, 95), ...every(10, 200, 250)]), 250);
    expect(machine.status()).toMatchObject({ global: "failed", entities: [{ status: "failed" }] });
    play(machine, done(every(10, 250, 300)), 300);
    expect(machine.status()).toMatchObject({
      ...{ global: "ok", pets: true },
      entities: [{ status: "ok", fault: null }],
    });
  });
});

describe("restoring", () => {
  /** A silence of one cycle, and two right ones, again and again. */
  const flapping = (rounds: number): Word[] =>
    Array.from({ length: rounds }, (_, round) =>
      done(every(10, 300 * round, 300 * round + 200)),
    ).flat();

  it("STATUS-5: no more often than it may be, then expired is expired", () => {
    const machine = supervisionOf([entityOf([alive()])], {
      restorations: { max: 2, per: seconds(60) },
    });
    const told = play(machine, flapping(10), 3_000);
    expect(only(told, "supervision-restored")).toHaveLength(2);
    expect(machine.status().global).toBe("stopped");
    expect(Math.max(...only(told, "pet"))).toBeLessThan(1_000);
  });

  it("STATUS-5: as often as it may be in a stretch of time", () => {
    const machine = supervisionOf([entityOf([alive()])], {
      restorations: { max: 2, per: millis(500) },
    });
    const told = play(machine, flapping(10), 3_000);
    expect(only(told, "supervision-restored")).toHaveLength(9);
  });

  it("STATUS-5: with none it is as in AUTOSAR: never", () => {
    const none = { restorations: { max: 0, per: micros(0) } };
    const told = play(supervisionOf([entityOf([alive()])], none), flapping(3), 2_000);
    expect(only(told, "supervision-restored")).toEqual([]);
    expect(Math.max(...only(told, "pet"))).toBe(250);
  });
});

describe("a fault in words", () => {
  it.each<[RuleFault, string]>([
    [
      {
        ...{ rule: "alive", checkpoint: "beat", count: 0, countMin: 1, countMax: 8 },
        cycle: millis(200),
      },
      'alive: 0 times "beat" in 200.0 ms, from 1 to 8 are right',
    ],
    [
      {
        ...{ rule: "deadline", start: "a", end: "b", took: millis(3), ended: true },
        ...{ min: millis(5), max: millis(9) },
      },
      'deadline: "b" came 3.0 ms after "a", from 5.0 ms to 9.0 ms are right',
    ],
    [
      { rule: "logical", from: null, to: "b", flow: "f" },
      'logical: "b" may not come at the beginning in the flow f',
    ],
    [{ rule: "logical", from: "a", to: "b", flow: null }, 'logical: "b" may not come after "a"'],
    [{ rule: "start", grace: millis(500) }, "start: it has not begun within 500.0 ms"],
  ])("%j", (fault, text) => {
    expect(faultText(fault)).toBe(text);
  });
});
