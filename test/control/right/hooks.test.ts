/** When the hooks of the right run (HOOK-1 to HOOK-5). */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Hook,
  type HookInput,
  type HookOutput,
  Hooks,
  kindness,
} from "../../../src/control/right/hooks.js";
import { timeout } from "../../../src/kernel/machine.js";
import {
  type Instant,
  instant,
  after as later,
  millis,
  seconds,
} from "../../../src/kernel/time.js";

const at = (ms: number): Instant => instant(ms * 1_000);
const make = (hooks: readonly Hook[] = ["gain", "loss"]) =>
  new Hooks({ hooks: new Set(hooks), timeout: seconds(10) });
const gained = (token = 7): HookInput => ({ kind: "gained", token });
const lost: HookInput = { kind: "lost", reason: "expired" };
const ended = (ok = true): HookInput => ({ kind: "ended", ok });
const run = (hook: Hook, token: number | null, reason: string) => ({
  ...{ kind: "run", hook, token, reason },
});

/** One whose first loss has been brought about. */
function begun(): Hooks {
  const hooks = make();
  expect(hooks.step(at(0), timeout)).toEqual([run("loss", null, "started")]);
  expect(hooks.step(at(5), ended())).toEqual([]);
  expect(hooks.idle).toBe(true);
  return hooks;
}

describe("the hooks of the right to drive", () => {
  it("HOOK-1: a start counts as a loss; each gain and loss runs its hook, with the token", () => {
    const hooks = begun();
    expect(hooks.step(at(10), gained(7))).toEqual([run("gain", 7, "gained")]);
    expect(hooks.step(at(20), ended())).toEqual([]);
    expect(hooks.step(at(30), lost)).toEqual([run("loss", 7, "expired")]);
    expect(hooks.step(at(40), ended())).toEqual([]);
    expect(hooks.deadline()).toBeNull();
  });

  it("HOOK-2: runs again after a heal, also by the same right", () => {
    const hooks = begun();
    hooks.step(at(10), gained(7));
    hooks.step(at(11), ended());
    hooks.step(at(20), lost);
    hooks.step(at(21), ended());
    expect(hooks.step(at(30), gained(7))).toEqual([run("gain", 7, "gained")]);
  });

  it("HOOK-3: one at a time, and of what changed meanwhile the newest alone", () => {
    const hooks = begun();
    hooks.step(at(10), gained(7));
    expect(hooks.step(at(20), lost)).toEqual([]);
    expect(hooks.step(at(30), gained(9))).toEqual([]);
    expect(hooks.step(at(40), lost)).toEqual([]);
    expect(hooks.step(at(50), ended())).toEqual([run("loss", 9, "expired")]);
    expect(hooks.step(at(60), ended())).toEqual([]);
    expect(hooks.idle).toBe(true);
  });

  it("HOOK-4: one that takes too long is ended, kindly, and then by force, again and again", () => {
    const hooks = begun();
    hooks.step(at(10), gained(7));
    expect(hooks.step(at(10_009), timeout)).toEqual([]);
    expect(hooks.step(at(10_010), timeout)).toEqual([{ kind: "end", hard: false }]);
    const hard = later(at(10_010), kindness);
    expect(hooks.deadline()).toBe(hard);
    expect(hooks.step(hard, timeout)).toEqual([{ kind: "end", hard: true }]);
    const [failed] = hooks.step(later(hard, millis(1)), ended(false));
    expect(failed).toMatchObject({ kind: "failed", hook: "gain", failures: 1 });
  });

  it("HOOK-5: one that fails runs again after a pause that grows, until it ends well", () => {
    const hooks = begun();
    let now = at(10);
    hooks.step(now, gained(7));
    const pauses: number[] = [];
    for (let failures = 1; failures <= 9; failures += 1) {
      const [failed] = hooks.step(now, ended(false));
      if (failed?.kind !== "failed") throw new Error("it did not fail");
      pauses.push(failed.pause / 1_000);
      expect(hooks.step(instant(now + failed.pause - 1), timeout)).toEqual([]);
      now = later(now, failed.pause);
      expect(hooks.step(now, timeout)).toEqual([run("gain", 7, "gained")]);
    }
    expect(pauses).toEqual([500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
    expect(hooks.step(now, ended())).toEqual([]);
    expect(hooks.idle).toBe(true);
  });

  it("HOOK-5: a change ends the pause, and what is not wanted any more is not run again", () => {
    const hooks = begun();
    hooks.step(at(10), gained(7));
    hooks.step(at(11), ended(false));
    expect(hooks.step(at(12), lost)).toEqual([run("loss", 7, "expired")]);
    expect(hooks.step(at(13), ended())).toEqual([]);
    expect(hooks.step(at(60_000), timeout)).toEqual([]);
  });

  it("HOOK-1: one that there is not is nothing to wait for", () => {
    const hooks = make(["gain"]);
    expect(hooks.step(at(0), timeout)).toEqual([]);
    expect(hooks.step(at(10), gained())).toHaveLength(1);
    hooks.step(at(11), ended());
    expect(hooks.step(at(12), lost)).toEqual([]);
    expect(hooks.idle).toBe(true);
  });

  it("HOOK-3: whatever comes, one runs at a time, and the newest state is brought about", () => {
    const input = fc.oneof(
      fc.integer({ min: 1, max: 3 }).map(gained),
      fc.constant(lost),
      fc.boolean().map(ended),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(input, fc.nat(20_000))), (steps) => {
        const hooks = make();
        let now = at(0);
        let running: HookOutput | null = null;
        let newest = run("loss", null, "started");
        const take = (outputs: readonly HookOutput[]) => {
          for (const output of outputs) {
            if (output.kind !== "run") continue;
            expect(running).toBeNull();
            running = output;
          }
        };
        for (const [word, wait] of steps) {
          now = later(now, millis(wait));
          if (word.kind === "ended") {
            if (running === null) continue;
            running = null;
          }
          if (word.kind === "gained") newest = run("gain", word.token, "gained");
          if (word.kind === "lost") newest = run("loss", newest.token, "expired");
          take(hooks.step(now, word));
        }
        let last = running;
        for (let round = 0; round < 4 && !hooks.idle; round += 1) {
          now = hooks.deadline() ?? now;
          take(hooks.step(now, timeout));
          if (running !== null) last = running;
          running = null;
          take(hooks.step(now, ended()));
          if (running !== null) last = running;
        }
        expect(hooks.idle).toBe(true);
        if (last !== null) expect(last).toEqual(newest);
      }),
    );
  });
});
