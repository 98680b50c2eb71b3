/** More are accused at once than there are case files: verdicts come all the same. */
import { describe, expect, it } from "vitest";
import { seconds } from "../../src/kernel/time.js";
import { caseFilesMax } from "../../src/membership/case-files.js";
import { accused, eventsIn, Single } from "./support/single.js";

const others = Array.from({ length: caseFilesMax + 2 }, (_, at) => `n${at}`);

/** All but one are accused by that one, which then keeps silent too. */
function afterManyAccusations(unreachableFor: number) {
  const admission = { kind: "open", membersMax: 2 * others.length } as const;
  const single = new Single({ settings: { admission, unreachableFor: seconds(unreachableFor) } });
  for (const name of others) single.hear(name);
  for (let at = 0; at < others.length; at += 20) {
    const some = others.slice(at, at + 20);
    single.hear(
      "z",
      some.map((name) => accused("suspect", name, 0, "z")),
    );
  }
  return eventsIn(single.pass(200));
}

describe("MEMBER-17: verdicts on more members than have case files", () => {
  it.each([0, 10])("each is told, with %i s as unreachable before", (unreachableFor) => {
    const events = afterManyAccusations(unreachableFor);
    const count = (kind: string) => events.filter((event) => event.kind === kind).length;
    expect(count("member-died")).toBe(others.length);
    expect(count("member-unreachable")).toBe(unreachableFor === 0 ? 0 : others.length);
  });
});
