import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Claim } from "../../src/membership/claims.js";
import type { Standing } from "../../src/membership/member-table.js";
import type { MemberState } from "../../src/membership/ports.js";
import { ruling } from "../../src/membership/precedence.js";
import { accused, alive, left } from "./support/single.js";

const x = "x";
const known = (state: MemberState, life: number, incarnation: number, heard = false): Standing => ({
  state,
  life,
  incarnation,
  heard,
});

const claim = (status: Claim["status"], life: number, incarnation: number): Claim => {
  if (status === "alive") return alive(x, incarnation, { life });
  if (status === "left") return { ...left(x, incarnation), life };
  return accused(status, x, incarnation, "a", { life });
};

/** What the rule calls the state that a claim leads to. */
const stateAfter = { alive: "alive", suspect: "suspected", dead: "dead", left: "left" } as const;

const strength = { expected: 0, alive: 0, suspected: 1, unreachable: 1, dead: 2, left: 2 } as const;

describe("MEMBER-1: which claim stands", () => {
  it("within a life goes by incarnation, then by how bad it is: all small cases", () => {
    const states: MemberState[] = ["alive", "suspected", "unreachable", "dead", "left"];
    const statuses: Claim["status"][] = ["alive", "suspect", "dead", "left"];
    for (const state of states) {
      for (const status of statuses) {
        for (const incarnation of [1, 2, 3]) {
          const takes = ruling(known(state, 5, 2), claim(status, 5, incarnation)) === "apply";
          expect([state, status, incarnation, takes]).toEqual([
            state,
            status,
            incarnation,
            naive(state, status, incarnation - 2),
          ]);
        }
      }
    }
  });

  it("a newer life beats an older, whatever the incarnations", () => {
    expect(ruling(known("dead", 5, 900), claim("alive", 6, 0))).toBe("apply");
    expect(ruling(known("left", 5, 900), claim("alive", 6, 0))).toBe("apply");
    expect(ruling(known("alive", 5, 0), claim("suspect", 6, 0))).toBe("apply");
    for (const status of ["alive", "suspect", "dead", "left"] as const) {
      expect(ruling(known("alive", 5, 0), claim(status, 4, 900))).toBe("ignore");
      expect(ruling(known("dead", 5, 0), claim(status, 4, 900))).toBe("ignore");
    }
  });

  it("MEMBER-12: a newer life is but a lead where the member itself was heard alive", () => {
    for (const status of ["alive", "suspect", "dead", "left"] as const) {
      expect(ruling(known("alive", 5, 0, true), claim(status, 6, 0))).toBe("lead");
    }
    expect(ruling(known("dead", 5, 0, true), claim("alive", 6, 0))).toBe("apply");
  });

  it("a seat that was never seen is neither suspected nor given up", () => {
    for (const status of ["suspect", "dead", "left"] as const) {
      expect(ruling(known("expected", 0, 0), claim(status, 6, 0))).toBe("ignore");
    }
    expect(ruling(known("expected", 0, 0), claim("alive", 6, 0))).toBe("apply");
  });

  it("an accuser that does not know the life means the one there is", () => {
    expect(ruling(known("alive", 5, 0), claim("suspect", 0, 0))).toBe("apply");
    expect(ruling(known("alive", 5, 1), claim("suspect", 0, 0))).toBe("ignore");
  });

  it("views that heard the same claims, in any order, and then all again, are the same", () => {
    const statuses = fc.constantFrom<Claim["status"]>("alive", "suspect", "dead");
    const claims = fc.tuple(
      statuses,
      fc.integer({ min: 1, max: 2 }),
      fc.integer({ max: 3, min: 0 }),
    );
    const list = fc.array(claims, { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(list, fc.infiniteStream(fc.nat()), (heard, dice) => {
        // Of one life and incarnation an alive claim comes first, for nobody else can begin it.
        const all = heard.flatMap((one) => [["alive", one[1], one[2]] as const, one]);
        const shuffled = [...all]
          .map((one) => ({ one, key: dice.next().value as number }))
          .sort((a, b) => a.key - b.key)
          .map(({ one }) => one);
        expect(fold([...shuffled, ...all])).toEqual(fold([...all, ...all]));
      }),
    );
  });
});

/** SWIM, section 4.2, in other words. Of one that is gone the numbers are only raised. */
function naive(state: MemberState, status: Claim["status"], newer: number): boolean {
  if (status === "alive") return newer > 0;
  if (strength[state] === 2) return false;
  if (status === "suspect" && newer === 0) return strength[state] < 1;
  return newer >= 0;
}

type Said = readonly [Claim["status"], number, number];

/** The life, incarnation and worst state that stand after the claims. */
function fold(claims: readonly Said[]): Standing | null {
  let standing: Standing | null = null;
  for (const [status, life, incarnation] of claims) {
    const said = ruling(standing, claim(status, life, incarnation));
    if (said === "apply") standing = known(stateAfter[status], life, incarnation);
    if (said === "raise" && standing !== null) standing = { ...standing, incarnation };
  }
  return standing;
}
