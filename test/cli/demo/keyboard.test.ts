import { EventEmitter } from "node:events";
import { describe, expect, it } from "vitest";
import { breakages, stuck } from "../../../src/cli/demo/breakages.js";
import {
  type Instrument,
  Keyboard,
  type KeyInput,
  keysOf,
  press,
} from "../../../src/cli/demo/keyboard.js";
import { nodeId } from "../../../src/kernel/ids.js";

const nodes = ["pi-1", "pi-2", "pi-3"].map(nodeId);

function instrument(losesPackets = false) {
  const played: string[] = [];
  const session: Instrument = {
    losesPackets,
    toggleSensor: (node) => void played.push(`sensor ${node}`),
    nextBreakage: () => void played.push("next"),
    killDriver: () => void played.push("kill"),
    togglePauseOfDriver: () => void played.push("pause"),
    losePackets: (lose) => void played.push(lose ? "lose" : "lose no more"),
    clearAll: () => void played.push("clear"),
    firmware: null,
  };
  return { session, played };
}

describe("the keys of the demo", () => {
  it("each do one thing", () => {
    const { session, played } = instrument();
    for (const key of "13fkplc") expect(press(session, nodes, key)).toBe(true);
    expect(played).toEqual([
      "sensor pi-1",
      "sensor pi-3",
      "next",
      "kill",
      "pause",
      "lose",
      "clear",
    ]);
    const lossy = instrument(true);
    press(lossy.session, nodes, "l");
    expect(lossy.played).toEqual(["lose no more"]);
  });

  it("quit by q, Ctrl-C and Ctrl-D, and by no other", () => {
    const { session, played } = instrument();
    for (const key of ["q", "\u0003", "\u0004"]) expect(press(session, nodes, key)).toBe(false);
    for (const key of ["0", "4", "9", "x", " ", "\r", "\u001b", "Q"]) {
      expect(press(session, nodes, key)).toBe(true);
    }
    expect(played).toEqual([]);
  });

  it("are told, with the fault that comes next", () => {
    expect(keysOf({ breakage: stuck, firmware: null })[0]).toContain("stuck");
    expect(new Set(breakages.map((breakage) => keysOf({ breakage, firmware: null })[0])).size).toBe(
      4,
    );
  });
});

class FakeTerminal extends EventEmitter {
  raw = false;
  flowing = false;
  destroyed = false;
  setRawMode(raw: boolean): this {
    this.raw = raw;
    return this;
  }
  resume(): this {
    this.flowing = true;
    return this;
  }
  pause(): this {
    this.flowing = false;
    return this;
  }
}

function keyboardOn(terminal: FakeTerminal) {
  const seen = { keys: "", quits: 0 };
  const onKey = (key: string) => {
    seen.keys += key;
    return key !== "q";
  };
  const onQuit = () => {
    seen.quits += 1;
  };
  return { seen, keyboard: new Keyboard(terminal as unknown as KeyInput, onKey, onQuit) };
}

describe("the keyboard", () => {
  it("reads keys one by one, also when they come at once, until one quits", () => {
    const terminal = new FakeTerminal();
    const { seen } = keyboardOn(terminal);
    expect(terminal).toMatchObject({ raw: true, flowing: true });
    terminal.emit("data", Buffer.from("1"));
    terminal.emit("data", Buffer.from("kqp"));
    expect(seen).toEqual({ keys: "1kq", quits: 1 });
  });

  it("does not take the letters of an arrow or a function key for keys", () => {
    const terminal = new FakeTerminal();
    const { seen } = keyboardOn(terminal);
    for (const key of ["\u001b[A", "\u001bOP", "\u001b[15~", "\u001b[Bc"]) {
      terminal.emit("data", Buffer.from(key));
    }
    expect(seen).toEqual({ keys: "c", quits: 0 });
  });

  it("quits when the terminal is gone, and is not thrown off by its last error", () => {
    for (const event of ["end", "error"]) {
      const terminal = new FakeTerminal();
      const { seen, keyboard } = keyboardOn(terminal);
      terminal.emit(event, new Error("EIO"));
      expect(seen.quits).toBe(1);
      keyboard.close();
      expect(() => terminal.emit("error", new Error("EIO"))).not.toThrow();
    }
  });

  it("gives the terminal back as it was", () => {
    const terminal = new FakeTerminal();
    const { seen, keyboard } = keyboardOn(terminal);
    keyboard.close();
    expect(terminal).toMatchObject({ raw: false, flowing: false });
    terminal.emit("data", Buffer.from("1"));
    expect(seen.keys).toBe("");
  });
});
