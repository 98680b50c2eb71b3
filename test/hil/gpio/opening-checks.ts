/** What only a real kernel can refuse, and by which name a chip is found. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { appendFileSync, chmodSync, chownSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { OpenedBoard } from "../../../boards/pin-board.js";
import { openRaspberryPi } from "../../../boards/raspberry-pi/open.js";
import { plainInput, plainOutput } from "../../contracts/pins/rig.js";
import type { GuestCheck, Site, SiteChip } from "./guest-check.js";
import { boardOf, clock, offsetOf } from "./pin-trial.js";
import { makeChip, takeLine } from "./sim-chips.js";

const pin = "GPIO22";

function isRefused(opened: OpenedBoard, reason: string, words: RegExp): void {
  assert.ok(!opened.ok, "it was opened");
  assert.equal(opened.reason, reason, opened.message);
  assert.match(opened.message, words);
}

/** By the other way to the lines: sysfs alone cannot tell whose an exported line is. */
async function takenBy(other: Site["gpio"], chip: SiteChip): Promise<() => void> {
  if (other === "sysfs") return takeLine(chip, offsetOf(pin));
  const board = await boardOf("chardev", chip.label);
  assert.ok(board.openInput(clock.now(), pin, plainInput).ok);
  return () => board.close(clock.now());
}

async function lineInUse({ gpio, chip, lines }: Site): Promise<void> {
  lines.begin([offsetOf(pin)]);
  const board = await boardOf(gpio, chip.label);
  const giveBack = await takenBy(gpio === "chardev" ? "sysfs" : "chardev", chip);
  try {
    for (const opened of [
      board.openInput(clock.now(), pin, plainInput),
      board.openOutput(clock.now(), pin, plainOutput),
    ]) {
      assert.ok(!opened.ok, "a line that another has was opened");
      assert.equal(opened.reason, "in-use", opened.message);
      assert.match(opened.message, /GPIO22/);
      if (gpio === "chardev") assert.match(opened.message, /sysfs/, "it says who has it");
    }
  } finally {
    giveBack();
  }
  assert.ok(board.openInput(clock.now(), pin, plainInput).ok, "it is free again");
  board.close(clock.now());
}

async function noSuchChip({ gpio, chip }: Site): Promise<void> {
  const opened = await openRaspberryPi({ gpio, clock, chip: "pinctrl-rp1" });
  isRefused(opened, "no-such-chip", /pinctrl-rp1/);
  assert.match(opened.ok ? "" : opened.message, new RegExp(chip.label), "it says what there is");
}

/** The chip that was made first has number 0; the header's has it in one case of the two. */
async function foundByLabel({ gpio, chip, lines }: Site): Promise<void> {
  const names: string[] = [];
  chip.remove();
  for (const isFirst of [true, false]) {
    const other = isFirst ? null : makeChip("something-else", 40);
    const made = makeChip(chip.label, 58);
    const late = isFirst ? makeChip("something-else", 40) : null;
    try {
      names.push(made.name);
      lines.moveTo(made);
      lines.begin([offsetOf(pin)]);
      const board = await boardOf(gpio, chip.label);
      const opened = board.openOutput(clock.now(), pin, { ...plainOutput, initial: 1 });
      assert.ok(opened.ok);
      assert.equal(lines.measure(offsetOf(pin)), 1, `line 22 of ${made.name}`);
      board.close(clock.now());
    } finally {
      for (const one of [other, late, made]) one?.remove();
    }
  }
  assert.notEqual(names[0], names[1], "the chip was renumbered");
  lines.moveTo(chip.remake());
}

/** A user who is in no group of the device is told which group may use it. */
async function noPermission({ gpio, chip }: Site): Promise<void> {
  appendFileSync("/etc/group", `gpio:x:${groupId}:\n`);
  // All chips, as udev does it: whose label is wanted shows only when each is opened.
  const devices = readdirSync("/dev").filter((name) => /^gpiochip\d+$/.test(name));
  const files = ["/sys/class/gpio/export", "/sys/class/gpio/unexport"];
  for (const path of gpio === "chardev" ? devices.map((name) => `/dev/${name}`) : files) {
    chownSync(path, 0, groupId);
    chmodSync(path, 0o660);
  }
  const outsider = tryAs(nobody, gpio, chip.label);
  assert.equal(outsider.reason, "no-permission", outsider.message);
  assert.match(outsider.message, /usermod -aG gpio\b/);
  if (gpio === "sysfs") return;
  const insider = tryAs(groupId, gpio, chip.label);
  assert.equal(insider.reason, "opened", insider.message);
}

/** That no group of the host has. */
const groupId = 29_997;
const nobody = 65534;

function tryAs(group: number, gpio: string, label: string) {
  const program = fileURLToPath(new URL("./open-a-line.js", import.meta.url));
  const { stdout, stderr } = spawnSync(process.execPath, [program, gpio, label, pin], {
    uid: nobody,
    gid: group,
    encoding: "utf8",
  });
  try {
    return JSON.parse(stdout) as { readonly reason: string; readonly message: string };
  } catch {
    return assert.fail(`the other user's program said: ${stdout}${stderr}`);
  }
}

export const openingChecks: readonly GuestCheck[] = [
  { name: "a line that another program has is refused, and free when it is", run: lineInUse },
  { name: "a chip that is not there is refused, and what is there is told", run: noSuchChip },
  { name: "a chip is found by its label whatever its number", run: foundByLabel },
  { name: "a user without permission is told which group to join", run: noPermission },
];
