/** The app's replicated state: what changes it, and what leaves it as it was. */
import { describe, expect, it } from "vitest";
import type { AppCommands, AppOutcome } from "../../../src/replication/service/app-commands.js";
import { AppState } from "../../../src/replication/service/app-state.js";
import { appStateBytesMax } from "../../../src/replication/service/limits.js";
import { parsePlain } from "../../../src/replication/service/plain-text.js";
import { type Plain, valueBytesMax } from "../../../src/replication/service/ports.js";
import { serviceLimits } from "../../../src/replication/service/service.js";
import { Log } from "./log.js";

/** Each command gives what the test says. */
class Scripted implements AppCommands {
  readonly initial: Plain = { b: 1, a: 2 };
  seen: Plain = null;
  outcome: AppOutcome = { ok: true, state: null, result: null };

  lacks(): string | null {
    return null;
  }

  apply(state: Plain): AppOutcome {
    this.seen = state;
    return this.outcome;
  }

  gives(state: unknown, result: unknown = null): void {
    this.outcome = { ok: true, state: state as Plain, result: result as Plain };
  }
}

describe("an app's state", () => {
  it("is the same for every replica from the beginning: sorted, frozen, a copy", () => {
    const app = new Scripted();
    const state = new AppState(app);
    expect([state.text, state.changedAt]).toEqual(['{"a":2,"b":1}', 0]);
    expect(Object.keys(state.state as object)).toEqual(["a", "b"]);
    expect(Object.isFrozen(state.state)).toBe(true);
    app.gives({ z: [1], y: { d: 1, c: 2 } });
    state.apply(3, "n", null);
    expect(app.seen).toEqual({ a: 2, b: 1 });
    expect(state.text).toBe('{"y":{"c":2,"d":1},"z":[1]}');
    expect(Object.isFrozen((state.state as { z: Plain }).z)).toBe(true);
  });

  it("changes where a command has changed it, and not where it gave the same", () => {
    const app = new Scripted();
    const state = new AppState(app);
    app.gives({ a: 2, b: 1 }, 5);
    expect(state.apply(3, "n", null)).toMatchObject({ ok: true, result: 5 });
    expect(state.changedAt).toBe(0);
    app.gives({ a: 3 }, { y: 1, x: 2 });
    expect(JSON.stringify(state.apply(4, "n", null))).toContain('{"x":2,"y":1}');
    expect([state.changedAt, state.state]).toEqual([4, { a: 3 }]);
  });

  it("stays as it was, whole, where state or result is too large or no plain data", () => {
    const app = new Scripted();
    const state = new AppState(app);
    const text = (length: number) => "x".repeat(length - 2);
    const refused: [unknown, unknown][] = [
      [text(appStateBytesMax + 1), 1],
      [1, text(valueBytesMax + 1)],
      [undefined, 1],
      [1, () => 1],
      [{ f: () => 1 }, 1],
    ];
    for (const [next, result] of refused) {
      app.gives(next, result);
      expect(state.apply(5, "set", null)).toMatchObject({ ok: false, reason: "app-refused" });
      expect([state.changedAt, state.text]).toEqual([0, '{"a":2,"b":1}']);
    }
    app.gives(text(appStateBytesMax), text(valueBytesMax));
    expect(state.apply(6, "set", null)).toMatchObject({ ok: true });
    expect(state.text).toHaveLength(appStateBytesMax);
  });

  it("is counted by the service when it changes, and when a snapshot brings another", () => {
    const app = new Scripted();
    const log = new Log(serviceLimits, app);
    const run = () => log.write(0, 0, { kind: "app", name: "n", argument: null });
    app.gives({ a: 2, b: 1 });
    run();
    expect([log.service.appChanges, log.service.appChangedAt]).toEqual([0, 0]);
    app.gives(7);
    run();
    expect([log.service.appChanges, log.service.appChangedAt]).toEqual([1, 2]);
    app.outcome = { ok: false, reason: "app-refused", detail: "no" };
    run();
    expect([log.service.appChanges, log.service.appState]).toEqual([1, 7]);
    const other = new Log(serviceLimits, app).service;
    expect(other.restore(log.service.snapshot())).toBe(true);
    expect([other.appChanges, other.appState, other.appChangedAt]).toEqual([1, 7, 2]);
  });
});

describe("text that is no state", () => {
  it("is refused: no JSON, not the one text of its value, or of what is not plain", () => {
    for (const text of ["", "{", " 1", '{"b":1,"a":2}', "1.0", "-0", '"\u00e9"', "1e400"]) {
      expect(parsePlain(text), text).toBeUndefined();
    }
    expect(parsePlain('{"a":"\\u00e9"}')).toEqual({ a: "\u00e9" });
    const state = new AppState(new Scripted());
    expect([state.take("{", 9), state.changedAt, state.text.length]).toEqual([false, 0, 13]);
  });
});
