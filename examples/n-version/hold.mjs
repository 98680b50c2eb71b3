/** Heats a modelled boiler for a minute with three versions of its controller: `node hold.mjs`. */
import { fileURLToPath } from "node:url";
import { openVersions } from "holdfast/n-version";

const besides = (name) => fileURLToPath(new URL(`./${name}.mjs`, import.meta.url));
const third = process.argv[2] ?? "by-cases";

const runner = await openVersions({
  versions: ["ideal-gain", "whole-numbers", third].map((name) => ({ name, file: besides(name) })),
  deadlineMs: 1_000,
  answerWhen: "closed",
  // A thousandth of the heater's range; the mode must be the same word.
  tolerance: { byPath: { "/duty": 0.001, "/integral": 0.001 } },
});

/** In seconds; the plant loses a share of what it is above the room, and the heater adds to it. */
const step = 0.1;
let temperature = 20;
let integral = 0;
for (let count = 0; count < 600; count += 1) {
  const result = await runner.call({ temperature, integral, step });
  // Without a majority the heater goes off: it never heats on a guess.
  const duty = result.value === null ? 0 : result.value.duty;
  if (result.value !== null) integral = result.value.integral;
  temperature += (duty * 5 - (temperature - 20) / 40) * step;
  if (count % 100 === 0) console.log(`${temperature.toFixed(1)} degC: ${result.text}`);
}
console.log(`after a minute: ${temperature.toFixed(1)} degC`);
await runner.close();
