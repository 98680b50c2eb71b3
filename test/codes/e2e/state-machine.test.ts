import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type E2eState,
  E2eStateMachine,
  type E2eStatus,
} from "../../../src/codes/e2e/state-machine.js";
import {
  checkWindow,
  type E2eWindow,
  type E2eWindowOptions,
  type StateLimits,
} from "../../../src/codes/e2e/window.js";
import { UsageError } from "../../../src/kernel/assert.js";

/** One letter a status, so that a history fits into a line. */
const letters: Readonly<Record<string, E2eStatus>> = {
  o: "OK",
  l: "OK_SOME_LOST",
  r: "REPEATED",
  w: "WRONG_SEQUENCE",
  e: "ERROR",
  ".": "NO_NEW_DATA",
};

const statuses = Object.values(letters);

function statesOf(history: string, options: E2eWindowOptions = {}): E2eState[] {
  const machine = new E2eStateMachine(options);
  return [...history].map((letter) => machine.note(letters[letter] as E2eStatus));
}

const lastOf = (history: string, options?: E2eWindowOptions): E2eState | undefined =>
  statesOf(history, options).at(-1);

describe("E2E-8: the state machine with the default window", () => {
  it("begins without data", () => {
    expect(new E2eStateMachine().state).toBe("NODATA");
  });

  it.each([
    // The beginning: a frame that is no ERROR ends NODATA, and does not count itself.
    ["o", "INIT"],
    ["l", "INIT"],
    ["r", "INIT"],
    ["w", "INIT"],
    ["e", "NODATA"],
    [".", "NODATA"],
    ["...o", "INIT"],
    ["e.eo", "INIT"],
    ["oo", "INIT"],
    ["ooo", "VALID"],
    ["wll", "VALID"],
    ["oeoo", "VALID"],
    ["o.e", "INIT"],
    // One bad frame and two silent cycles are borne, also together with good ones.
    ["oooe", "VALID"],
    ["ooo..", "VALID"],
    ["oooorr", "VALID"],
    ["oooeooe", "INVALID"],
    ["ooooeoooe", "VALID"],
    // A second bad one in four, or a third cycle without a good one, is not.
    ["oooee", "INVALID"],
    ["ooooeoe", "INVALID"],
    ["ooo...", "INVALID"],
    ["oooo.rw", "INVALID"],
    // The way back: three good of four, none bad.
    ["ooo...oo", "INVALID"],
    ["ooo...ooo", "VALID"],
    ["oooeeoo", "INVALID"],
    ["oooeeooo", "INVALID"],
    ["oooeeoooo", "VALID"],
    ["oooeeo.oeoo", "INVALID"],
    ["oooeeo.oo", "VALID"],
    ["oooeeo..oo", "INVALID"],
  ])("%s ends in %s", (history, state) => {
    expect(lastOf(history)).toBe(state);
  });
});

describe("E2E-9: nobody waits for ever", () => {
  it.each([
    // Silence or noise from the beginning.
    ["....", "INVALID"],
    ["e.e.", "INVALID"],
    // A stream that is never in order: too many that do not count among the first four.
    ["o...", "INVALID"],
    ["owww", "INVALID"],
    ["orrr", "INVALID"],
    ["oee", "INVALID"],
  ])("%s ends in %s", (history, state) => {
    expect(lastOf(history)).toBe(state);
    expect(lastOf(history.slice(0, -1))).not.toBe(state);
  });

  it("after two windows every stream is judged", () => {
    for (const history of historiesOf(8)) {
      expect(["VALID", "INVALID"]).toContain(lastOf(history));
    }
  });

  it("silence ends in INVALID from everywhere, and stays there", () => {
    for (const history of historiesOf(6)) {
      const states = statesOf(`${history}........`);
      expect(states.slice(-4)).toEqual(["INVALID", "INVALID", "INVALID", "INVALID"]);
    }
  });

  it("four good frames end in VALID from everywhere, and good ones never lead out of it", () => {
    for (const history of historiesOf(6)) {
      const states = statesOf(`${history}oooooooo`);
      expect(states.slice(-4)).toEqual(["VALID", "VALID", "VALID", "VALID"]);
    }
  });
});

/** All histories of this length of what statuses can count for: good, bad and neither. */
function historiesOf(length: number): string[] {
  if (length === 0) return [""];
  return historiesOf(length - 1).flatMap((before) => [`${before}o`, `${before}e`, `${before}.`]);
}

describe("E2E-8: options of the window", () => {
  const loose: E2eWindowOptions = {
    windowSize: 6,
    minOkStateInit: 3,
    minOkStateValid: 3,
    maxErrorStateValid: 3,
    minOkStateInvalid: 5,
  };

  it("a longer window bears more, and takes longer to come back", () => {
    expect(lastOf("oooo", loose)).toBe("VALID");
    expect(lastOf("ooooeee", loose)).toBe("VALID");
    expect(lastOf("ooooeeee", loose)).toBe("INVALID");
    expect(lastOf("oooo....", loose)).toBe("INVALID");
    expect(lastOf("oooo....oooo", loose)).toBe("INVALID");
    expect(lastOf("oooo....ooooo", loose)).toBe("VALID");
  });

  it("clearToInvalid lets nothing from before count for the way back", () => {
    // Among the last eight there may be one bad one: the second must first leave the window.
    const keeping = { windowSize: 8, maxErrorStateInvalid: 1, minOkStateInvalid: 4 };
    expect(lastOf("oooee.oooo", keeping)).toBe("INVALID");
    expect(lastOf("oooee.ooooo", keeping)).toBe("INVALID");
    expect(lastOf("oooee.oooooo", keeping)).toBe("VALID");
    const clearing = { ...keeping, clearToInvalid: true };
    expect(lastOf("oooee.ooo", clearing)).toBe("INVALID");
    expect(lastOf("oooee.oooo", clearing)).toBe("VALID");
  });

  it("what had left a short window does not come back with a longer one", () => {
    const sizes = { windowSizeInit: 3, windowSizeInvalid: 3, windowSizeValid: 10 };
    expect(lastOf("oooeeooo", sizes)).toBe("VALID");
    expect(lastOf("oooeeoooe", sizes)).toBe("VALID");
    expect(lastOf("oooeeoooee", sizes)).toBe("INVALID");
  });

  it.each([
    ["minOkStateValid", { minOkStateValid: 0 }],
    ["minOkStateValid <= minOkStateInit", { minOkStateInit: 1 }],
    ["minOkStateInit <= minOkStateInvalid", { minOkStateInvalid: 1 }],
    ["maxErrorStateValid >= maxErrorStateInit", { maxErrorStateInit: 2 }],
    [
      "maxErrorStateInit >= maxErrorStateInvalid",
      { maxErrorStateInit: 0, maxErrorStateInvalid: 1 },
    ],
    ["windowSizeValid >= windowSizeInit", { windowSizeInit: 5 }],
    ["windowSizeValid >= windowSizeInvalid", { windowSizeInvalid: 5 }],
    ["minOkStateValid + maxErrorStateValid <= windowSizeValid", { maxErrorStateValid: 3 }],
    ["minOkStateInit + maxErrorStateInit <= windowSizeInit", { windowSizeInit: 2 }],
    ["minOkStateInvalid: a whole number from 1 to 2", { windowSizeInvalid: 2 }],
    ["windowSizeInit: a whole number from 1 to 255", { windowSize: 256 }],
    ["windowSizeInit: a whole number from 1 to 255", { windowSize: 0 }],
    ["maxErrorStateInit: a whole number", { maxErrorStateInit: 0.5 }],
  ])("E2E-7: refuses what is not %s", (rule, options: E2eWindowOptions) => {
    expect(() => new E2eStateMachine(options)).toThrow(UsageError);
    expect(() => new E2eStateMachine(options)).toThrow(rule);
  });

  it("E2E-7: takes the smallest and the largest", () => {
    const least = { minOkStateInit: 1, minOkStateValid: 1, minOkStateInvalid: 1 };
    const none = { maxErrorStateInit: 0, maxErrorStateValid: 0, maxErrorStateInvalid: 0 };
    expect(statesOf("oo.o", { windowSize: 1, ...least, ...none })).toEqual([
      "INIT",
      "VALID",
      "INVALID",
      "VALID",
    ]);
    expect(lastOf("o".repeat(600), { windowSize: 255 })).toBe("VALID");
  });
});

/** The definition, with the whole history at hand and nothing kept in a ring. */
function naiveStates(history: readonly E2eStatus[], window: E2eWindow): E2eState[] {
  let state: E2eState = "NODATA";
  let counted: E2eStatus[] = [];
  return history.map((status) => {
    const limits = limitsOf(state, window);
    counted = [...counted, status].slice(-limits.windowSize);
    const next = naiveNext(state, status, counted, limits);
    if (next !== state) {
      if (next === "INIT" || (next === "INVALID" && window.clearToInvalid)) counted = [];
      counted = counted.slice(-limitsOf(next, window).windowSize);
      state = next;
    }
    return state;
  });
}

function naiveNext(
  state: E2eState,
  status: E2eStatus,
  counted: readonly E2eStatus[],
  limits: StateLimits,
): E2eState {
  const full = counted.length === limits.windowSize;
  const ok = counted.filter((one) => one === "OK" || one === "OK_SOME_LOST").length;
  const errors = counted.filter((one) => one === "ERROR").length;
  if (state === "NODATA") {
    if (status !== "ERROR" && status !== "NO_NEW_DATA") return "INIT";
    return full ? "INVALID" : "NODATA";
  }
  if (errors <= limits.maxErrorState && ok >= limits.minOkState) return "VALID";
  if (state !== "INIT") return "INVALID";
  const left = limits.windowSize - counted.length;
  return errors > limits.maxErrorState || ok + left < limits.minOkState ? "INVALID" : "INIT";
}

function limitsOf(state: E2eState, window: E2eWindow): StateLimits {
  if (state === "VALID") return window.valid;
  return state === "INVALID" ? window.invalid : window.init;
}

/** Options in the order that the standard demands, made rather than searched for. */
const anyOptions = fc
  .record({
    ok: fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 3, maxLength: 3 }),
    errors: fc.array(fc.nat(4), { minLength: 3, maxLength: 3 }),
    spare: fc.array(fc.nat(5), { minLength: 3, maxLength: 3 }),
    clearToInvalid: fc.boolean(),
  })
  .map(({ ok, errors, spare, clearToInvalid }) => {
    const [okValid = 1, okInit = 1, okInvalid = 1] = [...ok].sort((a, b) => a - b);
    const [badInvalid = 0, badInit = 0, badValid = 0] = [...errors].sort((a, b) => a - b);
    const windowSizeInit = okInit + badInit + (spare[0] ?? 0);
    const windowSizeInvalid = okInvalid + badInvalid + (spare[1] ?? 0);
    const least = Math.max(windowSizeInit, windowSizeInvalid, okValid + badValid);
    return {
      windowSizeInit,
      windowSizeInvalid,
      windowSizeValid: least + (spare[2] ?? 0),
      minOkStateInit: okInit,
      minOkStateValid: okValid,
      minOkStateInvalid: okInvalid,
      maxErrorStateInit: badInit,
      maxErrorStateValid: badValid,
      maxErrorStateInvalid: badInvalid,
      clearToInvalid,
    };
  });

const anyHistory = fc.array(fc.constantFrom(...statuses, "OK" as const, "OK" as const), {
  maxLength: 80,
});

describe("E2E-8: the state machine and its definition", () => {
  it("agree on every history under every window", () => {
    const property = fc.property(anyOptions, anyHistory, (options, history) => {
      const machine = new E2eStateMachine(options);
      const states = history.map((status) => machine.note(status));
      expect(states).toEqual(naiveStates(history, checkWindow(options)));
    });
    fc.assert(property, { numRuns: 3_000 });
  });

  it("a good frame never leads out of VALID", () => {
    const property = fc.property(anyOptions, anyHistory, (options, history) => {
      const machine = new E2eStateMachine(options);
      for (const status of history) {
        const before = machine.state;
        const next = machine.note(status);
        if (before === "VALID" && status === "OK") expect(next).toBe("VALID");
      }
    });
    fc.assert(property);
  });
});
