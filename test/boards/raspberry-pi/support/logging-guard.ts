/** A guard whose kernel takes everything and writes it down, in the folder of guards. */
import { appendFileSync, closeSync } from "node:fs";
import { join } from "node:path";
import type { GpioCalls } from "../../../../boards/raspberry-pi/chardev/gpio-calls.js";
import { type GuardData, runGuard } from "../../../../boards/raspberry-pi/guard/guard-main.js";

const data = JSON.parse(process.argv[2] ?? "") as GuardData;
const calls: GpioCalls = {
  refusal: null,
  chips: () => [],
  open: () => 0,
  close: (file) => closeSync(file),
  ioctl: (file, request, bytes) => {
    const words = [file, request.toString(16), bytes[0], bytes[40]];
    appendFileSync(join(data.folder, "ioctls"), `${words.join(" ")}\n`);
    return 0;
  },
  neverWait: () => 0,
  read: () => 0,
};
runGuard(data, calls);
