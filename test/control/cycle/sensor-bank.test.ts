/** OVERRIDE-6: what a word that comes late does to the health of a channel. */
import { expect, it } from "vitest";
import { channel } from "../../../src/control/channels.js";
import { SensorBank } from "../../../src/control/cycle/sensor-bank.js";
import { nodeId } from "../../../src/kernel/ids.js";
import { millis } from "../../../src/kernel/time.js";
import { counting } from "../../support/counting-app.js";

function bank(): SensorBank {
  const channels = new Map([["level", [channel(nodeId("n1"), "l"), channel(nodeId("n2"), "l")]]]);
  return new SensorBank({ app: counting, channels, ageMax: millis(200), voting: new Map() });
}

const say = (word: "exclude" | "include" | "release") => {
  return { sensor: "level", channel: "n1/l", word };
};
const states = (sensors: SensorBank) =>
  sensors
    .standing()
    .get("level")
    ?.map(({ state }) => state);

it("a release takes back the word of a replica that has missed that it was taken back", () => {
  for (const word of ["exclude", "include"] as const) {
    const sensors = bank();
    expect(sensors.take(say(word))).toBe(true);
    sensors.take(say("release"));
    expect(states(sensors)).toEqual([word === "exclude" ? "quarantined" : "trusted", "trusted"]);
  }
});

it("a release changes nothing where no word holds and nothing is latched", () => {
  const sensors = bank();
  expect(sensors.take(say("release"))).toBe(false);
  expect(states(sensors)).toEqual(["trusted", "trusted"]);
});
