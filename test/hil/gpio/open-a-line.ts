/** Opens one output, and says on stdout how that went: what another user's program is told. */
import { openRaspberryPi } from "../../../boards/raspberry-pi/open.js";
import { plainOutput } from "../../contracts/pins/rig.js";
import { clock } from "./pin-trial.js";

const [gpio = "", chip = "", pin = ""] = process.argv.slice(2);

async function tell(): Promise<{ readonly reason: string; readonly message: string }> {
  if (gpio !== "chardev" && gpio !== "sysfs") return { reason: "usage", message: gpio };
  const opened = await openRaspberryPi({ gpio, chip, clock });
  if (!opened.ok) return opened;
  const line = opened.board.openOutput(clock.now(), pin, plainOutput);
  const told = line.ok ? { reason: "opened", message: opened.board.description } : line;
  opened.board.close(clock.now());
  return told;
}

const { reason, message } = await tell();
console.log(JSON.stringify({ reason, message }));
