/** A process with two outputs under guard; its third and fourth file stand for their lines. */
import { write } from "node:fs";
import { GuardKeeper } from "../../../../boards/raspberry-pi/guard/guard-keeper.js";
import { Troubles } from "../../../../boards/raspberry-pi/troubles.js";

const [folder = "", how = ""] = process.argv.slice(2);
// Nobody reads it: a write that waits would wait for ever.
if (how.includes("full")) write(2, Buffer.alloc(1_000_000), () => {});
const troubles = new Troubles();
const entry = new URL("./logging-guard.js", import.meta.url);
const keeper = new GuardKeeper({ label: "pinctrl-rp1", folder, troubles, entry });
const safe = { kind: "value", value: 0 } as const;
const request = { initial: 1, safe, activeLow: false };
keeper.opened(3, { pin: "GPIO17", offset: 17 }, request);
if (how.startsWith("later")) {
  setTimeout(() => keeper.opened(4, { pin: "GPIO27", offset: 27 }, request), 300);
} else {
  keeper.opened(4, { pin: "GPIO27", offset: 27 }, { ...request, safe: { kind: "hold" } });
}
process.stdin.on("data", (chunk) => {
  if (chunk.toString() === "close") {
    keeper.closed(3);
    keeper.closed(4);
    keeper.close();
    process.exit(0);
  }
  if (chunk.toString() === "drop") keeper.closed(3);
  if (chunk.toString() === "counts") console.log(JSON.stringify([...troubles.counts]));
});
console.log("up");
