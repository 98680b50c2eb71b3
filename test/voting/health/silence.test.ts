/** HEALTH-4: what is mere silence, and what only ends in one. */
import { describe, expect, it } from "vitest";
import { seconds } from "../../../src/kernel/time.js";
import { Feed } from "../feed.js";

const second = seconds(1);

describe("ping-pong with silence in it (PX4 #8186: bad transfers, then a timeout)", () => {
  it("is ended by the latch where the sensor was wrong before it fell silent", () => {
    const wrong = [
      [90, 90],
      [90, 90, 20],
      [90, 20, 90, 20],
    ] as const;
    for (const lies of wrong) {
      const feed = new Feed({}, second);
      const words = [...lies, ...new Array<null>(8).fill(null), ...new Array<number>(30).fill(20)];
      feed.run(1_000, (index) => [20, words[index % words.length] ?? null, 20]);
      expect(feed.told().filter((told) => told === "b readmitted")).toHaveLength(4);
      expect(feed.state("b")).toBe("latched");
    }
  });

  it("is not seen where a sensor was wrong once before it was pulled: that is silence", () => {
    const feed = new Feed({}, second);
    const words = [90, ...new Array<null>(12).fill(null), ...new Array<number>(5).fill(20)];
    feed.run(1_000, (index) => [20, words[index % words.length] ?? null, 20]);
    expect(new Set(feed.told())).toEqual(new Set(["b excluded NO_DATA", "b readmitted"]));
  });
});
