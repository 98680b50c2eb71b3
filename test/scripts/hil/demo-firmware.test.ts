import { describe, expect, it } from "vitest";
import { complaintOf } from "../../../scripts/hil/demo-firmware.js";

const faults = [1, 2, 3, 4].map((detectedS) => ({ detectedS }));
const good = { votes: { voted: 70 }, faults, firmware: { resets: 1 } };
const complaint = (change: object): string | null =>
  complaintOf(true, JSON.stringify({ ...good, ...change }));

describe("the judge of the demo with firmware", () => {
  it("has nothing to say of a run in which all was noticed and masked", () => {
    expect(complaint({})).toBeNull();
  });

  it("complains of whatever a green run would hide", () => {
    expect(complaintOf(false, JSON.stringify(good))).toContain("did not end well");
    expect(complaint({ firmware: null })).toContain("no firmware");
    expect(complaint({ votes: { voted: 0 } })).toContain("nothing was voted");
    expect(complaint({ firmware: { resets: 0 } })).toContain("not reset");
    const blind = [...faults.slice(1), { detectedS: null }];
    expect(complaint({ faults: blind })).toContain("1 faults were not noticed");
    expect(complaint({ faults: faults.slice(2) })).not.toBeNull();
  });
});
