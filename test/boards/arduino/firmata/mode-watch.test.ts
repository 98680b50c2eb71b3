import { describe, expect, it } from "vitest";
import { ModeWatch } from "../../../../boards/arduino/mode-watch.js";

const output = 1;
const input = 0;

describe("the watch over a pin's mode", () => {
  it("FIRMATA-5: a mode counts when the board has said so", () => {
    const watch = new ModeWatch(input);
    watch.expect(output);
    watch.ask();
    expect(watch.isConfirmed).toBe(false);
    expect(watch.answer(output)).toBe("confirmed");
    expect(watch.isConfirmed).toBe(true);
    watch.ask();
    expect(watch.answer(output)).toBe("still-so");
  });

  it("FIRMATA-6: a pin that left its mode is told from one that never took it", () => {
    const watch = new ModeWatch(output);
    watch.ask();
    expect(watch.answer(input)).toBe("refused");
    watch.ask();
    expect(watch.answer(output)).toBe("confirmed");
    watch.ask();
    expect(watch.answer(input)).toBe("left");
    expect(watch.isConfirmed).toBe(false);
  });

  it("FIRMATA-5: an answer to a question from before the change says nothing", () => {
    const watch = new ModeWatch(input);
    watch.ask();
    watch.ask();
    watch.expect(output);
    watch.ask();
    expect([input, input, output].map((mode) => watch.answer(mode))).toEqual([
      ...["stale", "stale", "confirmed"],
    ]);
  });

  it("FIRMATA-5: answers that are owed are forgotten with the line", () => {
    const watch = new ModeWatch(input);
    watch.ask();
    watch.expect(output);
    watch.forget();
    expect(watch.isWaiting).toBe(false);
    watch.ask();
    expect(watch.answer(output)).toBe("confirmed");
  });

  it("FIRMATA-5: one that was just told is given time once", () => {
    const watch = new ModeWatch(input);
    expect(watch.takeFresh()).toBe(false);
    watch.expect(output);
    expect([watch.takeFresh(), watch.takeFresh()]).toEqual([true, false]);
  });
});
