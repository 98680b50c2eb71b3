/** An output that the host ends (PI-6): the safe state is tried until it is there. */
import { describe, expect, it } from "vitest";
import { type LineDriver, TimedOutput } from "../../../boards/raspberry-pi/timed-output.js";
import { Troubles } from "../../../boards/raspberry-pi/troubles.js";
import { after, type Instant, instant, millis } from "../../../src/kernel/time.js";

class Driver implements LineDriver {
  readonly told: number[] = [];
  /** So many words fail. */
  failures = 0;

  drive(value: number): string | null {
    if (this.failures > 0) {
      this.failures -= 1;
      return "EIO";
    }
    this.told.push(value);
    return null;
  }
  letGo = () => null;
  read = () => this.told.at(-1) ?? null;
  shut = () => {};
}

function trial() {
  const driver = new Driver();
  let deadline: Instant | null = null;
  let wake = () => {};
  const line = new TimedOutput({
    ...{ pin: "GPIO17", safe: { kind: "value", value: 0 }, takes: "levels", driver },
    troubles: new Troubles(),
    timer: (act) => {
      wake = act;
      return { set: (when) => (deadline = when) };
    },
    onClose: () => {},
  });
  return { driver, line, ring: () => wake(), deadline: () => deadline };
}

const start = instant(1_000);
const end = after(start, millis(50));
const again = after(end, millis(100));

describe("an output whose safe state cannot be written", () => {
  it("PI-6: is tried again every 100 ms until it is safe, and then no more", () => {
    const { driver, line, ring, deadline } = trial();
    line.write(start, 1, end);
    driver.failures = 2;
    ring();
    expect([driver.told, deadline()]).toEqual([[1], again]);
    ring();
    expect([driver.told, deadline()]).toEqual([[1], after(again, millis(100))]);
    ring();
    expect([driver.told, deadline()]).toEqual([[1, 0], null]);
  });

  it("PI-6: is tried again after a release that failed, when somebody looks too", () => {
    const { driver, line, deadline } = trial();
    line.write(start, 1, null);
    driver.failures = 1;
    expect(line.release(end)).toEqual({ ok: false, reason: "lost" });
    expect([line.readBack(end), deadline()]).toEqual([1, again]);
    expect([line.readBack(again), deadline()]).toEqual([0, null]);
  });

  it("PI-6: is driven by the next command, and not ended by the tries for the last", () => {
    const { driver, line, ring, deadline } = trial();
    line.write(start, 1, end);
    driver.failures = 1;
    ring();
    line.write(end, 1, null);
    expect(deadline()).toBeNull();
    ring();
    expect(driver.told).toEqual([1, 1]);
  });

  it("PI-6: is not tried when it works at once, nor after a close", () => {
    const { driver, line, ring, deadline } = trial();
    line.write(start, 1, end);
    ring();
    expect([driver.told, deadline()]).toEqual([[1, 0], null]);
    line.write(end, 1, null);
    driver.failures = 1;
    line.close(again);
    expect(deadline()).toBeNull();
    ring();
    expect(driver.told).toEqual([1, 0, 1]);
  });
});
