/** APP-5: commands on the app's replicated state, contained and the same on every replica. */
import { describe, expect, expectTypeOf, it } from "vitest";
import { type App, defineApp } from "../../../src/control/app.js";
import { appCommandsOf } from "../../../src/control/replicated/app-commands.js";
import { UsageError } from "../../../src/kernel/assert.js";
import { encodeCommand } from "../../../src/replication/service/command-bytes.js";
import type { CommandResult, Plain } from "../../../src/replication/service/ports.js";
import { Service } from "../../../src/replication/service/service.js";

const plant = {
  name: "plant",
  sensors: {},
  outputs: {},
  initial: null,
  control: () => ({ state: null, commands: {} }),
} as const;

const boiler = defineApp({
  ...plant,
  replicated: {
    initial: { setPoint: 60, mode: "auto" },
    commands: {
      setPoint: (state, argument) => {
        if (typeof argument !== "number" || argument < 0 || argument > 90) {
          throw new RangeError("expected 0 to 90 degC");
        }
        return { state: { ...state, setPoint: argument }, result: state.setPoint };
      },
      scribble: (state) => {
        (state as { setPoint: number }).setPoint = 1;
        return { state };
      },
      half: () => ({ state: { setPoint: Number.NaN, mode: "auto" } }),
      vast: (state) => ({ state, result: "x".repeat(5_000) }),
      nothing: () => undefined as never,
      date: () => ({ state: new Map() as never }),
      // Nobody hears its rejection but the process, which would end by it.
      late: (async () => {
        throw new Error("too late");
      }) as never,
      mine: () => {
        let looks = 0;
        return {
          state: {
            mode: "auto",
            get setPoint(): number {
              looks += 1;
              if (looks > 1) throw new Error("once only");
              return 5;
            },
          },
        };
      },
      tricky: () => {
        throw {
          toString: () => {
            throw new Error("no");
          },
        };
      },
    },
  },
});

/** The result of one command by a client, and the state after it. */
function apply(app: App, name: string, argument: Plain): [CommandResult, Plain] {
  const service = new Service(appCommandsOf(app));
  const { result } = service.apply(1, encodeCommand(0, 0, { kind: "app", name, argument }));
  return [result, service.appState];
}

describe("APP-5: a command on the replicated state", () => {
  it("changes the state and answers", () => {
    const [result, state] = apply(boiler, "setPoint", 70);
    expect(result).toEqual({ ok: true, kind: "app", result: 60 });
    expect(state).toEqual({ setPoint: 70, mode: "auto" });
  });

  it.each([
    ["setPoint", "hot", "setPoint: expected 0 to 90 degC"],
    ["scribble", null, /read only/],
    ["half", null, /not plain data/],
    ["vast", null, /at most 4096 bytes/],
    ["nothing", null, /gave no/],
    ["date", null, /not plain data/],
    ["mine", null, /not plain data/],
    ["late", null, /late is async/],
    ["tricky", null, /cannot be read/],
  ])("%s is refused, and changes nothing", (name, argument, detail) => {
    const [result, state] = apply(boiler, name, argument);
    expect(result).toMatchObject({ ok: false, reason: "app-refused" });
    expect(result.ok ? "" : result.detail).toMatch(detail);
    expect(state).toEqual({ setPoint: 60, mode: "auto" });
  });

  it.each(["reset", "constructor", "toString"])(
    "%s is unknown where it was not declared",
    (name) => {
      const commands = appCommandsOf(boiler);
      expect(commands.lacks(name)).toContain("late, mine, nothing, scribble, setPoint");
      expect(commands.lacks("setPoint")).toBeNull();
      expect(apply(boiler, name, null)[0]).toMatchObject({ ok: false, reason: "unknown-command" });
    },
  );

  it("is beyond a replica that lacks it only where the leader had it (REPLICA-16)", () => {
    const service = new Service(appCommandsOf(boiler));
    const asked = { name: "reset", argument: null };
    const applied = (at: number, kind: "app" | "known-app") =>
      service.apply(at, encodeCommand(0, 0, { ...asked, kind }));
    // As it stands in a log from before leaders judged: perhaps a word that somebody mistyped.
    expect(applied(1, "app").lacks).toBeUndefined();
    expect(applied(2, "known-app").lacks).toContain(
      "has no command reset; it has date, half, late",
    );
  });

  it("is unknown where the app has no replicated state", () => {
    const [result, state] = apply(defineApp(plant), "setPoint", 1);
    expect(result).toMatchObject({ ok: false, reason: "unknown-command" });
    expect(state).toBeNull();
  });

  it("gets a state of the declared type, frozen, and an argument that may be anything", () => {
    defineApp({
      ...plant,
      replicated: {
        initial: { count: 0 },
        commands: {
          add: (state, argument) => {
            expectTypeOf(state).toEqualTypeOf<{ count: number }>();
            expectTypeOf(argument).toEqualTypeOf<Plain>();
            return { state: { count: state.count + 1 } };
          },
          // @ts-expect-error the state that it gives has another type
          wrong: () => ({ state: { count: "many" } }),
        },
      },
    });
  });

  it("is refused when the app is defined, where its declaration is wrong", () => {
    const withInitial = (initial: unknown) => () =>
      defineApp({ ...plant, replicated: { initial, commands: {} } });
    expect(withInitial(new Date())).toThrow(UsageError);
    expect(withInitial("x".repeat(70_000))).toThrow(/replicated.initial/);
    expect(withInitial({ ok: [1, "two", null] })).not.toThrow();
    const named = (name: string) => () =>
      defineApp({
        ...plant,
        replicated: { initial: 0, commands: { [name]: (state) => ({ state }) } },
      });
    expect(named("Set point")).toThrow(/replicated.commands/);
    expect(named("setPoint")).not.toThrow();
  });
});
