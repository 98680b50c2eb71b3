/** The bridge's firmware on a simulated ATmega328P under as many commands as the line carries. */
import { describe, expect, it } from "vitest";
import { results } from "../../boards/bridge/frames.js";
import { boundBridge, cluster, hostOf } from "./support/firmware-rig.js";

describe("the bridge firmware on a simulated ATmega328P", () => {
  it("takes 10,000 commands without losing one, the pin follows each", () => {
    const rig = boundBridge();
    const host = hostOf(rig);
    const probe = rig.mcu.probe("D13");
    const seen: string[] = [];
    host.forget();
    for (let command = 0; command < 10_000; command += 1) {
      const value = command % 2 === 0 ? 0xffff : 0;
      host.say({ kind: "set", cluster, sequence: 3 + command, pin: 13, value, holdMs: 1_000 });
      if (command % 50 === 49) {
        // A frame is 23 bytes, 1.96 ms: the line is never idle.
        rig.run(102);
        seen.push(...probe.takeChanges().changes.map(({ drive }) => drive));
      }
    }
    rig.run(200);
    const done = host.of("done").map(({ frame }) => frame);
    expect(done.map(({ sequence }) => sequence)).toEqual(done.map((_, index) => index + 3));
    expect(done).toHaveLength(10_000);
    expect(done.every(({ result }) => result === results.done)).toBe(true);
    expect(seen.filter((drive) => drive === "high")).toHaveLength(5_000);
    expect(host.last("beat")).toMatchObject({ overruns: 0, badFrames: 0, refused: 0 });
  });
});
