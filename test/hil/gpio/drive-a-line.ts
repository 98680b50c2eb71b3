/**
 * Opens one output at 1, says so on stdout, and stands there until it is killed. Its safe state is
 * told on the command line: 0 or 1.
 */
import { openRaspberryPi } from "../../../boards/raspberry-pi/open.js";
import { plainOutput } from "../../contracts/pins/rig.js";
import { clock } from "./pin-trial.js";

const [gpio = "", chip = "", pin = "", safe = "0", guard = ""] = process.argv.slice(2);
const opened = await openRaspberryPi({
  ...{ gpio: gpio === "sysfs" ? "sysfs" : "chardev", chip, clock },
  guard: guard === "guard",
});
if (!opened.ok) throw new Error(opened.message);
const line = opened.board.openOutput(clock.now(), pin, {
  ...plainOutput,
  initial: 1,
  safe: { kind: "value", value: Number(safe) },
});
if (!line.ok) throw new Error(line.message);
console.log("driving");
setInterval(() => {}, 1_000);
