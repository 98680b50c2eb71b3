/**
 * The alarm of a loop: what rings when a deadline is set, set to an earlier and to a later one, and
 * called off. Prints how long after the beginning it rang, in microseconds.
 */
import { Alarm } from "../../../../dist/src/host/lanes/alarm.js";
import { posix } from "./thread.mjs";

const ms = 1_000;
const wait = (time) => new Promise((done) => setTimeout(done, time));
const failures = [];
const started = await Alarm.start({
  posix,
  ...{ wish: { priority: 5, cpu: null }, lead: 0 },
  onFailure: (reason) => failures.push(reason),
});
const { alarm } = started;

/** @param steps [wait, deadline] in milliseconds; null calls it off */
async function ringsOf(...steps) {
  const rings = [];
  const begins = posix.now();
  alarm.onRing(() => rings.push(posix.now() - begins));
  for (const [pause, deadline] of steps) {
    await wait(pause);
    alarm.set(deadline === null ? null : begins + deadline * ms);
  }
  await wait(700);
  return rings;
}

const told = {
  once: await ringsOf([0, 100]),
  earlier: await ringsOf([0, 60_000], [50, 150]),
  later: await ringsOf([0, 100], [10, 300]),
  past: await ringsOf([0, -10]),
  off: await ringsOf([0, 200], [10, null]),
};
await alarm.close();
console.log(JSON.stringify({ ...told, failures }));
