import { describe, expect, it } from "vitest";
import { HistoryRecorder } from "../../src/consistency/history/recorder.js";
import { tokenFaultOf } from "../../src/consistency/tokens.js";
import { expectLinearizable } from "../support/linearizable.js";
import { type Told, told } from "./told.js";

const acquire = (key: string, session: number, token: number, from: number, to: number): Told => ({
  ...{ kind: "acquire", key, input: { session }, output: { token }, from, to },
});

describe("fencing tokens over all locks (HISTORY-11)", () => {
  it("grow where one acquire came after another", () => {
    expect(tokenFaultOf(told([acquire("a", 1, 5, 0, 1), acquire("b", 2, 6, 2, 3)]))).toBeNull();
    const fault = tokenFaultOf(told([acquire("a", 1, 6, 0, 1), acquire("b", 2, 5, 2, 3)]));
    expect(fault).toMatchObject({ earlier: { key: "a" }, later: { key: "b" } });
  });

  it("and may be either way where they were concurrent, but not the same", () => {
    expect(tokenFaultOf(told([acquire("a", 1, 6, 0, 4), acquire("b", 2, 5, 2, 3)]))).toBeNull();
    expect(tokenFaultOf(told([acquire("a", 1, 5, 0, 4), acquire("b", 2, 5, 2, 3)]))).not.toBeNull();
  });

  it("are the same for a holder that asks again", () => {
    const again = [acquire("a", 1, 5, 0, 1), acquire("b", 1, 6, 2, 3), acquire("a", 1, 5, 4, 5)];
    expect(tokenFaultOf(told(again))).toBeNull();
  });
});

describe("the judge of a test's history", () => {
  const recorded = (token: number): HistoryRecorder => {
    const recorder = new HistoryRecorder({ model: "service" });
    for (const [session, each] of [
      [1, 5],
      [2, token],
    ] as const) {
      const asked = { process: `p${session}`, kind: "acquire", key: `l${session}` };
      const operation = recorder.invoke(session, { ...asked, input: { session } });
      recorder.return(session, operation, "ok", { token: each });
    }
    return recorder;
  };

  it("passes what is well, and not what is not", () => {
    expect(expectLinearizable(recorded(6)).verdict).toBe("linearizable");
    expect(() => expectLinearizable(recorded(4))).toThrow("tokens do not grow: acquire l1");
    const twice = recorded(6);
    const total = twice.invoke(9, { process: "p1", kind: "total" });
    twice.return(10, total, "ok", 2);
    expect(() => expectLinearizable(twice)).toThrow(/no order has a place for p1 total → 2/);
  });
});
