import { describe, expect, it } from "vitest";
import type { Evidence } from "../../src/detection/evidence.js";
import { nodeId } from "../../src/kernel/ids.js";
import { instant, millis, seconds } from "../../src/kernel/time.js";
import { caseText } from "../../src/membership/case-text.js";
import type { CaseFile } from "../../src/membership/ports.js";

const [n1, n2, n3, n4, n7] = [nodeId("n1"), nodeId("n2"), nodeId("n3"), nodeId("n4"), nodeId("n7")];

const at = (s: number) => instant(s * 1_000_000);

const evidence: Evidence = {
  detector: "swim",
  // On the accuser's clock, which has nothing to do with ours.
  at: at(9_000),
  silence: millis(1_500),
  attempts: [
    { via: null, sentAt: at(8_998.5), outcome: "unanswered" },
    { via: n3, sentAt: at(8_999), outcome: "nack" },
    { via: n4, sentAt: at(8_999), outcome: "unanswered" },
  ],
  healthScore: 0,
};

const file: CaseFile = {
  member: n7,
  life: 5,
  incarnation: 2,
  accusations: [
    { accuser: n2, heardAt: at(100), evidence },
    { accuser: n3, heardAt: at(100.4), evidence: null },
  ],
  suspicion: { first: seconds(20), last: seconds(4) },
  declaredBy: n1,
  declaredAt: at(104),
  healthScore: 0,
  lateAt: null,
  refutedAt: null,
  returnedLife: null,
};

const now = at(110);

describe("the case of a member in words", () => {
  it("tells who suspected first, by what, how it was itself, and who declared", () => {
    expect(caseText(file, now)).toEqual([
      "n7 (life 5, incarnation 2) was declared gone.",
      "n2 suspected n7 first, as was heard here 10 s ago: n7 was silent for 1.5 s (swim).",
      "  its own probe: unanswered, sent 1.5 s before",
      "  a probe through n3: n3 lives, and had no answer either, sent 1.0 s before",
      "  a probe through n4: unanswered, sent 1.0 s before",
      "  n2 itself was well (health score 0) then.",
      "n3 suspected it too, as was heard here 400 ms after the first; " +
        "what it saw was not passed on.",
      "The suspicion was to last 20 s, and 4.0 s after 1 confirmation.",
      "n1 declared it gone 6.0 s ago.",
      "This node was well (health score 0) when it took the verdict, and was never late.",
      "It has not refuted.",
    ]);
  });

  it("says when it was refuted", () => {
    const text = caseText({ ...file, refutedAt: at(109) }, now);
    expect(text[0]).toBe("n7 (life 5, incarnation 2) was accused, and refuted it 1.0 s ago.");
    expect(text.at(-1)).toBe("It refuted 1.0 s ago: it was alive, or is again.");
  });

  it("says that it restarted: who begins a new life has refuted nothing", () => {
    const text = caseText({ ...file, refutedAt: at(109), returnedLife: 6 }, now);
    expect(text[0]).toBe(
      "n7 (life 5, incarnation 2) was accused, and came back in a new life 1.0 s ago.",
    );
    expect(text.at(-1)).toBe("It began life 6 1.0 s ago: it had restarted.");
    const same = caseText({ ...file, refutedAt: at(109), returnedLife: 5 }, now);
    expect(same.join(" ")).not.toContain("new life");
  });

  it("says what is known so far of a suspicion, and of a judge that it is not well", () => {
    const open = { ...file, declaredBy: null, declaredAt: null };
    const text = caseText({ ...open, accusations: file.accusations.slice(1) }, now);
    expect(text[0]).toBe("n7 (life 5, incarnation 2) is suspected.");
    expect(text.join(" ")).not.toMatch(/This node|declared/);
    const late = caseText({ ...file, healthScore: 3, lateAt: at(103.9) }, now).join(" ");
    expect(late).toContain("not well (health score 3) when it took the verdict");
    expect(late).toContain("was last late 6.1 s ago");
    const listening = { ...evidence, attempts: [], healthScore: 4 };
    const heard = { accuser: n2, heardAt: at(100), evidence: listening };
    expect(caseText({ ...file, accusations: [heard] }, now).join(" ")).toMatch(
      /only listened.*n2 itself was not well \(health score 4\)/,
    );
  });

  it("says that nobody accuses whom nobody accuses", () => {
    const clean = { ...file, accusations: [], declaredBy: null, declaredAt: null };
    expect(caseText(clean, now)).toEqual(["n7: nobody accuses it."]);
  });

  it("bears an accuser whose times make no sense", () => {
    const attempts = [{ via: null, sentAt: at(9_007), outcome: "unanswered" }] as const;
    const accusations = [{ accuser: n2, heardAt: at(120), evidence: { ...evidence, attempts } }];
    const text = caseText({ ...file, accusations, declaredAt: at(200) }, now).join("\n");
    expect(text).toContain("sent 7.0 s after");
    expect(text).toContain("heard here 0 ms ago");
  });
});
