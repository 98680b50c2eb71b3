/** Commands from the gate to the pin, for every profile. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { WriteRefusal } from "../../../boards/board.js";
import { Pins } from "../../../boards/pins.js";
import { e2eProfileNames, e2eProfiles } from "../../../src/codes/e2e/stream.js";
import { checkedBoard } from "../../../src/control/protection/checked-board.js";
import {
  CommandChecker,
  CommandProtection,
} from "../../../src/control/protection/command-protection.js";
import { nodeId } from "../../../src/kernel/ids.js";
import { type Instant, instant } from "../../../src/kernel/time.js";
import { boardContract, contractOutputs } from "../../contracts/board.js";

const nodes = ["a", "b"].map(nodeId);
const [a = nodeId("a"), b = nodeId("b")] = nodes;
const outputs = ["heater", "fan"];
const until = instant(2 ** 45 + 3);
const token = 2 ** 47 + 5;

describe.each(e2eProfileNames)("commands under %s", (profile) => {
  const streams = (self = a) => ({ profile, self, nodes, outputs });
  const begin = (self = a) => ({
    sender: new CommandProtection(streams(self)),
    checker: new CommandChecker(streams(self)),
  });
  const judge = (
    checker: CommandChecker,
    frame: Uint8Array | null,
    value = 0.5,
    output = "heater",
  ): WriteRefusal | null => checker.refusalOf({ output, value, until, token, frame });

  it("PROT-8: reach the pin as they were given", () => {
    fc.assert(
      fc.property(fc.array(fc.double({ noNaN: true })), (values) => {
        const { sender, checker } = begin();
        for (const value of values) {
          for (const output of outputs) {
            const frame = sender.protect(output, value, until, token);
            expect(judge(checker, frame, value, output)).toBeNull();
          }
        }
      }),
    );
  });

  it("PROT-8: do not with any one bit changed", () => {
    const { sender, checker } = begin();
    const { length } = sender.protect("heater", 0.5, until, token);
    for (let bit = 0; bit < 8 * length; bit += 1) {
      const frame = sender.protect("heater", 0.5, until, token);
      frame[bit >> 3] = (frame[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(judge(checker, frame), `bit ${bit}`).not.toBeNull();
    }
  });

  it("PROT-8: do not with another value, end or token beside the frame, or with no frame", () => {
    const { sender, checker } = begin();
    const protect = () => sender.protect("heater", 0.5, until, token);
    expect(judge(checker, protect(), 0.25)).toBe("corrupt-command");
    const longer = {
      output: "heater",
      value: 0.5,
      until: instant(until + 1),
      token,
      frame: protect(),
    };
    expect(checker.refusalOf(longer)).toBe("corrupt-command");
    for (const other of [token + 1, token - 2 ** 40, null]) {
      const by = { output: "heater", value: 0.5, until, token: other, frame: protect() };
      expect(checker.refusalOf(by)).toBe("corrupt-command");
    }
    expect(judge(checker, null)).toBe("corrupt-command");
    expect(judge(checker, new Uint8Array(0))).toBe("corrupt-command");
    expect(judge(checker, protect())).toBeNull();
  });

  it("PROT-8: do though minus zero became zero on the way, as in JSON", () => {
    const { sender, checker } = begin();
    expect(judge(checker, sender.protect("heater", -0, until, token), 0)).toBeNull();
  });

  it("PROT-8: do not where they are for another output, or for another replica's board", () => {
    const own = begin();
    const other = begin(b);
    const found = Array.from({ length: 16 }, () => [
      judge(own.checker, own.sender.protect("fan", 0.5, until, token)),
      judge(own.checker, other.sender.protect("heater", 0.5, until, token)),
    ]).flat();
    const named = found.filter((refusal) => refusal === "masqueraded-command");
    // P02 may share one entry of sixteen with each.
    expect(named.length).toBeGreaterThanOrEqual(profile === "P02" ? 30 : 32);
    expect(own.checker.refusalOf({ output: "lamp", value: 1, until, token, frame: null })).toBe(
      "unknown-output",
    );
  });

  it("PROT-8: do not a second time, or when a newer one was there", () => {
    const { sender, checker } = begin();
    const [first, second, third] = [1, 2, 3].map(() => sender.protect("heater", 0.5, until, token));
    expect(judge(checker, first ?? null)).toBeNull();
    expect(judge(checker, first ?? null)).toBe("repeated-command");
    expect(judge(checker, third ?? null)).toBeNull();
    expect(judge(checker, second ?? null)).toBe("reordered-command");
  });

  it("PROT-8: do after any loss that half of the counters can tell", () => {
    const { sender, checker } = begin();
    const lost = Math.min(1_000, Math.floor((e2eProfiles[profile].counters - 1) / 2) - 1);
    expect(judge(checker, sender.protect("heater", 0.5, until, token))).toBeNull();
    for (let count = 0; count < lost; count += 1) sender.protect("heater", 0.5, until, token);
    expect(judge(checker, sender.protect("heater", 0.5, until, token))).toBeNull();
  });

  it("PROT-8: of a restarted replica are refused once at most", () => {
    for (let before = 1; before < 20; before += 1) {
      const { sender, checker } = begin();
      for (let count = 0; count < before; count += 1) {
        judge(checker, sender.protect("heater", 0.5, until, token));
      }
      const again = new CommandProtection(streams());
      const refusals = Array.from({ length: 5 }, () =>
        judge(checker, again.protect("heater", 0.5, until, token)),
      );
      expect(refusals.slice(1), `after ${before}`).toEqual([null, null, null, null]);
    }
  });
});

const app = { outputs: Object.fromEntries(contractOutputs.map((spec) => [spec.name, spec])) };
const streamsOf = { profile: "P04", self: a, nodes, outputs: Object.keys(app.outputs) } as const;

function pinsBoard() {
  const pins = new Pins(contractOutputs, null);
  const specs = ["one", "two"].map((name) => ({ name, unit: "1", min: 0, max: 1 }));
  const board = {
    channels: specs,
    outputs: contractOutputs,
    expires: true,
    read: (now: Instant) => specs.map(({ name }) => ({ channel: name, value: 1, sourceTime: now })),
    write: pins.write.bind(pins),
    release: pins.release.bind(pins),
    close: pins.close.bind(pins),
  };
  return { pins, board };
}

/** A board behind the check whose every command is protected on its way. */
boardContract("a checked board", () => {
  const { pins, board } = pinsBoard();
  const protection = { samples: null, commands: "P04" } as const;
  const checked = checkedBoard({ nodes, app, protection }, a, board);
  const sender = new CommandProtection(streamsOf);
  const write: typeof checked.write = (now, output, value, end, { token = null } = {}) => {
    const known = Object.hasOwn(app.outputs, output);
    const frame = known ? sender.protect(output, value, end, token) : null;
    return checked.write(now, output, value, end, { frame, token });
  };
  const whole = {
    channels: checked.channels,
    outputs: checked.outputs,
    expires: checked.expires,
    read: checked.read.bind(checked),
    write,
    release: checked.release.bind(checked),
    close: checked.close.bind(checked),
  };
  const pin = (now: Instant, output: string) => pins.state(now, output).value;
  return { board: whole, begins: instant(1_000), pin };
});

describe("a board", () => {
  it("PROT-8: learns no token from a command that was changed on its way", () => {
    const { board } = pinsBoard();
    const protection = { samples: null, commands: "P04" } as const;
    const checked = checkedBoard({ nodes, app, protection }, a, board);
    const sender = new CommandProtection(streamsOf);
    const by = (mark: number, told: number) => {
      const frame = sender.protect("pump", 0.5, instant(2_000), mark);
      return checked.write(instant(1_000), "pump", 0.5, instant(2_000), { frame, token: told });
    };
    expect(by(7, 7 + 2 ** 46)).toEqual({ ok: false, reason: "corrupt-command" });
    expect(by(7, 7)).toEqual({ ok: true });
    expect(by(6, 6)).toEqual({ ok: false, reason: "stale-token", newest: 7 });
  });

  it("PROT-8: keeps what it drives when a command is refused, and lets go at its end", () => {
    const { pins, board } = pinsBoard();
    const protection = { samples: null, commands: "P04" } as const;
    const checked = checkedBoard({ nodes, app, protection }, a, board);
    const frame = new CommandProtection(streamsOf).protect("pump", 0.5, instant(2_000), null);
    const marks = { frame };
    expect(checked.write(instant(1_000), "pump", 0.5, instant(2_000), marks)).toEqual({ ok: true });
    expect(checked.write(instant(1_500), "pump", 1, instant(9_000), marks)).toEqual({
      ok: false,
      reason: "repeated-command",
    });
    expect(pins.state(instant(1_999), "pump")).toEqual({ kind: "driven", value: 0.5 });
    expect(pins.state(instant(2_000), "pump")).toEqual({ kind: "safe", value: 0.25 });
  });

  it("is the bare one where commands are not protected", () => {
    const { board } = pinsBoard();
    const protection = { samples: "P07", commands: null } as const;
    expect(checkedBoard({ nodes, app, protection }, a, board)).toBe(board);
  });
});
