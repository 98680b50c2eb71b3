import { describe, expect, it } from "vitest";
import { paintFor, table, widthOf } from "../../src/cli/terminal.js";
import { capturedIo } from "./support/captured-io.js";

const painted = (env: Record<string, string>, terminal: boolean): string => {
  const { io } = capturedIo({ env, terminal });
  return paintFor(io, io.stdout)("bad", "x");
};

describe("colour (CLI-5)", () => {
  it("is for terminals", () => {
    expect(painted({ TERM: "xterm" }, true)).toBe("\u001b[31mx\u001b[39m");
    expect(painted({ TERM: "xterm" }, false)).toBe("x");
  });

  it("is not for who does not want it", () => {
    expect(painted({ NO_COLOR: "1" }, true)).toBe("x");
    expect(painted({ NO_COLOR: "" }, true)).not.toBe("x");
    expect(painted({ TERM: "dumb" }, true)).toBe("x");
    expect(painted({ FORCE_COLOR: "1", NO_COLOR: "1" }, true)).toBe("x");
  });

  it("can be forced into a pipe", () => {
    expect(painted({ FORCE_COLOR: "1" }, false)).not.toBe("x");
    expect(painted({ FORCE_COLOR: "0" }, false)).toBe("x");
  });
});

describe("tables", () => {
  const red = "\u001b[31mab\u001b[39m";

  it("align by what is seen, words left and numbers right", () => {
    const columns = [{ title: "name" }, { title: "count", align: "right" }] as const;
    const rows = [["a", "7"], [red, "12345678"], ["short"]];
    expect(table(columns, rows).split("\n")).toEqual([
      "name      count",
      "a             7",
      `${red}     12345678`,
      "short",
      "",
    ]);
  });

  it("count characters, not bytes or escapes", () => {
    expect([widthOf(red), widthOf("°C"), widthOf("")]).toEqual([2, 2, 0]);
  });

  it("have no line for titles where there are none", () => {
    expect(table([{ title: "" }, { title: "" }], [["a", "b"]])).toBe("a  b\n");
  });
});
