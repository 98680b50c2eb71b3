/** The scenario runner: it accepts what is right, shows what is not, and can write it down. */
import { describe, expect, it } from "vitest";
import { type Command, replayScenario } from "./scenario.js";

const echo = (command: Command): string => {
  const named = [...command.named].map(([key, value]) => `${key} is ${value}`);
  return [...command.words, ...named].join("\n");
};

describe("replayScenario", () => {
  it("gives back a scenario that is right, comments included", () => {
    const right = "# Only a comment.\n\n# Why.\nsay a b key=1=2\n----\na\nb\nkey is 1=2\n";
    expect(replayScenario(right, echo)).toBe(right);
  });

  it("puts the real output in the place of a wrong one", () => {
    expect(replayScenario("say a\n----\nb\n", echo)).toBe("say a\n----\na\n");
  });

  it("fills in an output that was not written yet, and says ok for none", () => {
    expect(replayScenario("say a\n\nsay\n", echo)).toBe("say a\n----\na\n\nsay\n----\nok\n");
  });

  it("plays the commands in order", () => {
    const played: string[] = [];
    const play = ({ name }: Command): string => String(played.push(name));
    replayScenario("one\n\ntwo\n\n\nthree\n", play);
    expect(played).toEqual(["one", "two", "three"]);
  });

  it("refuses two commands in a stanza, of which one would not be played", () => {
    expect(() => replayScenario("say a\nsay b\n----\na\n", echo)).toThrow("one command");
  });
});
