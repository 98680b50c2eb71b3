/** What the machine says about its last restart, from a file system of our own. */
import { mkdirSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { readMachineFacts } from "../../../src/host/boots/machine-facts.js";
import { testFolder } from "../support/folder.js";

async function machine(files: Readonly<Record<string, string>>): Promise<string> {
  const root = await testFolder();
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  return root;
}

const bootIdFile = "proc/sys/kernel/random/boot_id";
const dog = (index: number) => `sys/class/watchdog/watchdog${index}/bootstatus`;

describe("the facts of the machine", () => {
  it("MACHINE-1: are none where the system has none of them", async () => {
    const facts = await readMachineFacts(await machine({}));
    expect(facts).toEqual({ machineBoot: null, cardReset: false, panicLoggedAt: null });
  });

  it("MACHINE-1: the kernel's id of the boot; garbage is none", async () => {
    const id = "b50ecc10-9029-4b21-b99e-1a3f6a8e0fe0";
    expect(await readMachineFacts(await machine({ [bootIdFile]: `${id}\n` }))).toMatchObject({
      machineBoot: id,
    });
    expect(await readMachineFacts(await machine({ [bootIdFile]: "no id" }))).toMatchObject({
      machineBoot: null,
    });
  });

  it.each([
    [["0"], false],
    [["32"], true],
    [["0", "33"], true],
    // An over-temperature, a fan, a power fault, a keepalive: no reset by the card.
    [["1", "2", "32768", "16"], false],
    [["garbage", ""], false],
  ])("MACHINE-2: bootstatus %j: was it the hardware's dog: %s", async (statuses, expected) => {
    const files = Object.fromEntries(statuses.map((text, at) => [dog(at), `${text}\n`]));
    expect(await readMachineFacts(await machine(files))).toMatchObject({ cardReset: expected });
  });

  it("MACHINE-3: the newest log of a panic, also where systemd has moved it to", async () => {
    const moved = "var/lib/systemd/pstore/1795/dmesg.txt";
    const root = await machine({
      ...{ "sys/fs/pstore/dmesg-ramoops-0": "Oops", "sys/fs/pstore/console-ramoops-0": "text" },
      [moved]: "Oops",
    });
    utimesSync(join(root, "sys/fs/pstore/dmesg-ramoops-0"), 1_000, 1_000);
    utimesSync(join(root, moved), 2_000, 2_000);
    expect(await readMachineFacts(root)).toMatchObject({ panicLoggedAt: 2_000_000 });
    const without = await machine({ "sys/fs/pstore/console-ramoops-0": "no panic" });
    expect(await readMachineFacts(without)).toMatchObject({ panicLoggedAt: null });
  });

  it("reads the real one without throwing", async () => {
    expect(await readMachineFacts()).toHaveProperty("machineBoot");
  });
});
