import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Play, somePrograms } from "./programs.js";

describe("random programs", () => {
  it("EXEC-1, EXEC-2: run by priority, lose no wake-up, and leave no lock to the dead", () => {
    const property = fc.property(somePrograms, (program) => new Play().run(program));
    fc.assert(property, { numRuns: 500 });
  });

  it("EXEC-3: take the same course every time", () => {
    const property = fc.property(somePrograms, (program) => {
      const [one, other] = [new Play(), new Play()];
      one.run(program);
      other.run(program);
      expect(other.rig.notes).toEqual(one.rig.notes);
      expect(other.rig.events).toEqual(one.rig.events);
    });
    fc.assert(property, { numRuns: 50 });
  });
});
