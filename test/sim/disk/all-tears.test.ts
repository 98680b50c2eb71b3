import { describe, expect, it } from "vitest";
import { AllTears } from "../../../src/sim/disk/explorer/all-tears.js";
import type { Tear } from "../../../src/sim/disk/tear.js";

/** Every outcome of what `choose` asks for. */
function all(choose: (tear: Tear) => string): readonly string[] {
  const tears = new AllTears();
  const outcomes: string[] = [];
  for (let tear = tears.next(); tear !== null; tear = tears.next()) outcomes.push(choose(tear));
  return outcomes;
}

const among = (tear: Tear, count: number): number =>
  tear.among(Array.from({ length: count }, (_, order) => order));

describe("all tears", () => {
  it("are one where there is nothing to choose", () => {
    expect(all(() => "same")).toEqual(["same"]);
  });

  it("are the product of independent choices, each had once", () => {
    const outcomes = all((tear) => `${among(tear, 2)}${among(tear, 3)}${among(tear, 2)}`);
    expect(outcomes).toHaveLength(12);
    expect(new Set(outcomes).size).toBe(12);
  });

  it("follow choices that depend on one another", () => {
    const outcomes = all((tear) => (among(tear, 2) === 0 ? "gone" : `kept ${among(tear, 3)}`));
    expect(outcomes).toEqual(["gone", "kept 0", "kept 1", "kept 2"]);
  });
});
