import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { clip, flow, Screen, tableWithin } from "../../../src/cli/demo/screen.js";
import { widthOf } from "../../../src/cli/terminal.js";

function screenOf(size: { columns: number | null; rows: number | null }) {
  let written = "";
  const sink = {
    ...size,
    isTerminal: true,
    write: (text: string) => {
      written += text;
    },
  };
  const taken = () => {
    const text = written;
    written = "";
    return text;
  };
  return { screen: new Screen(sink), taken };
}

describe("the screen", () => {
  it("hides the cursor, and gives the terminal back as it was (DEMO-5)", () => {
    const { screen, taken } = screenOf({ columns: 80, rows: 24 });
    screen.close();
    expect(taken()).toBe("");
    screen.draw("one\ntwo\n");
    expect(taken()).toBe("\u001b[?1049h\u001b[?25l\u001b[Hone\u001b[K\ntwo\u001b[K\u001b[J");
    screen.draw("three");
    expect(taken()).toBe("\u001b[Hthree\u001b[K\u001b[J");
    screen.close();
    screen.close();
    expect(taken()).toBe("\u001b[?25h\u001b[?1049l");
  });

  it("cuts off what does not fit, so that nothing wraps or scrolls", () => {
    const { screen, taken } = screenOf({ columns: 5, rows: 2 });
    screen.draw("1234567\nab\nc\n");
    expect(taken()).toContain("\u001b[H12345\u001b[K\nab\u001b[K\u001b[J");
  });

  it("takes a terminal that does not know its size for an ordinary one", () => {
    expect(screenOf({ columns: null, rows: 0 }).screen.size).toEqual({ columns: 80, rows: 24 });
  });
});

describe("a clipped line", () => {
  it("has the wanted width, and keeps its colours and their ends", () => {
    expect(clip("a\u001b[31mbcd\u001b[39me", 2)).toBe("a\u001b[31mb\u001b[39m");
    expect(clip("äöü€", 3)).toBe("äöü");
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom("x", "€", "\u001b[1m", "\u001b[22m")),
        fc.nat(20),
        (parts, columns) => {
          const line = parts.join("");
          expect(widthOf(clip(line, columns))).toBe(Math.min(columns, widthOf(line)));
        },
      ),
    );
  });
});

describe("a table within a width", () => {
  const columns = [{ title: "A" }, { title: "B" }, { title: "C" }];
  const rows = [["aaaa", "bbbb", "cccc"], ["a"]];

  it("leaves out columns from the right until it fits, and keeps the first", () => {
    expect(tableWithin(16, columns, rows)).toBe("A     B     C\naaaa  bbbb  cccc\na\n");
    expect(tableWithin(15, columns, rows)).toBe("A     B\naaaa  bbbb\na\n");
    expect(tableWithin(2, columns, rows)).toBe("A\naaaa\na\n");
  });
});

describe("items that flow", () => {
  it("begin a line where the one before is full, and are never broken", () => {
    expect(flow(10, ["aaa", "bbb", "ccc", "a longer item", "d"])).toEqual([
      "aaa   bbb",
      "ccc",
      "a longer item",
      "d",
    ]);
    expect(flow(10, [])).toEqual([]);
  });
});
