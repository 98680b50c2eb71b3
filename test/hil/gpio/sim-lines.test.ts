/** What a line has had, out of the kernel's trace: a flicker must show. */
import { describe, expect, it } from "vitest";
import { historyIn } from "./sim-lines.js";

const trace = (...words: readonly string[]): string =>
  words.map((word, at) => `  node-135 [000] .....  ${at}.961902: ${word}\n`).join("");

describe("the history of a line", () => {
  it("begins with the level that comes with the direction", () => {
    expect(historyIn(trace("gpio_value: 975 set 1", "gpio_direction: 975 out (0)"), 975)).toEqual([
      1,
    ]);
  });

  it("shows a level that was there for an instant only", () => {
    const flicker = trace(
      "gpio_direction: 975 out (0)",
      "gpio_value: 975 set 1",
      "gpio_direction: 975 in (0)",
    );
    expect(historyIn(flicker, 975)).toEqual([0, 1, null]);
  });

  it("has nothing of other lines, of what is read, and of what failed", () => {
    const others = trace(
      "gpio_value: 97 set 1",
      "gpio_value: 9750 set 1",
      "gpio_value: 975 get 1",
      "gpio_direction: 975 out (-22)",
    );
    expect(historyIn(others, 975)).toEqual([]);
  });
});
