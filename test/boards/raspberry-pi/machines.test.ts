/** Raspberry Pis as data, and other machines (PI-1). */
import { describe, expect, it } from "vitest";
import { header } from "../../../boards/raspberry-pi/header.js";
import { piModels } from "../../../boards/raspberry-pi/pi-models.js";
import { recognise } from "../../../boards/raspberry-pi/recognise.js";
import { seconds } from "../../../src/kernel/time.js";
import { FakeMachine, pi4, pi5, treeOf } from "./support/fake-machine.js";
import { openedRig } from "./support/pi-rig.js";

describe("the header", () => {
  it("PI-1: has 26 lines on pins of its own, GPIO2 to GPIO27", () => {
    expect(header.map(({ line }) => line)).toEqual(Array.from({ length: 26 }, (_, n) => n + 2));
    const grounds = [6, 9, 14, 20, 25, 30, 34, 39];
    const supplies = [1, 2, 4, 17];
    const memory = [27, 28];
    const all = [...header.map(({ physical }) => physical), ...grounds, ...supplies, ...memory];
    expect(all.sort((one, other) => one - other)).toEqual(
      Array.from({ length: 40 }, (_, n) => n + 1),
    );
  });

  it("PI-1: pins are known by the words of others", async () => {
    const { board } = await openedRig();
    const pin = board.pins.find(({ name }) => name === "GPIO17");
    expect(pin?.aliases).toEqual(["17", "BCM17", "P1-11"]);
  });
});

describe("a machine is recognised", () => {
  it.each([
    ["Raspberry Pi 3 Model B Rev 1.2", "raspberrypi,3-model-b", "pinctrl-bcm2835"],
    ["Raspberry Pi 3 Model B Plus Rev 1.3", "raspberrypi,3-model-b-plus", "pinctrl-bcm2835"],
    ["Raspberry Pi 3 Model A Plus Rev 1.0", "raspberrypi,3-model-a-plus", "pinctrl-bcm2835"],
    ["Raspberry Pi Zero 2 W Rev 1.0", "raspberrypi,model-zero-2-w", "pinctrl-bcm2835"],
    ["Raspberry Pi 4 Model B Rev 1.5", "raspberrypi,4-model-b", "pinctrl-bcm2711"],
    ["Raspberry Pi Compute Module 4 Rev 1.0", "raspberrypi,4-compute-module", "pinctrl-bcm2711"],
    ["Raspberry Pi 5 Model B Rev 1.0", "raspberrypi,5-model-b", "pinctrl-rp1"],
    ["Raspberry Pi Compute Module 5 Rev 1.0", "raspberrypi,5-compute-module", "pinctrl-rp1"],
  ])("PI-1: %s by its device tree", (name, compatible, chip) => {
    const byBoth = recognise(new FakeMachine(treeOf(name, `${compatible}\0brcm,bcm2837`)));
    expect([byBoth.name, byBoth.model?.chip]).toEqual([name, chip]);
    const byWord = recognise(new FakeMachine(treeOf("a prototype", compatible)));
    expect(byWord.model?.chip).toBe(chip);
  });

  it("PI-1: by its name alone, the longest that fits", () => {
    const told = recognise(new FakeMachine(treeOf("Raspberry Pi Compute Module 4S Rev 1.0", "x")));
    expect(told.model?.name).toBe("Raspberry Pi Compute Module 4S");
    const cm4 = recognise(new FakeMachine(treeOf("Raspberry Pi Compute Module 4 Rev 1.0", "x")));
    expect(cm4.model?.name).toBe("Raspberry Pi Compute Module 4");
  });

  it("PI-1: another is no Pi, and what it says is made fit for a terminal", () => {
    expect(recognise(new FakeMachine())).toEqual({ name: "this Linux machine", model: null });
    const odd = recognise(
      new FakeMachine(treeOf(`Ra\u001b[2Jdxa ${"x".repeat(200)}`, "radxa,zero")),
    );
    expect(odd.model).toBeNull();
    expect(odd.name).toMatch(/^Ra\[2Jdxa x{1,80}$/);
    expect(odd.name.length).toBe(80);
  });

  it("PI-1: no two models have one name or one word", () => {
    const words = piModels.flatMap(({ name, compatible }) => [name, ...compatible]);
    expect(new Set(words).size).toBe(words.length);
  });
});

describe("a board", () => {
  it("PI-1: of a Pi has its watchdog, at most 15 s, and its serial ports", async () => {
    const { board } = await openedRig();
    expect(board.watchdogs).toEqual([
      { name: "bcm2835-wdt", path: "/dev/watchdog", timeoutMax: seconds(15) },
    ]);
    expect(board.serialPorts.map(({ path }) => path)).toEqual(["/dev/serial0", "/dev/serial1"]);
    expect(board.expires).toBe(false);
  });

  it("PI-1: a Pi 5 has its header by its label among many chips, with its own limits", async () => {
    const labels = ["gpio-brcmstb@107d508500", "pinctrl-rp1", "gpio-brcmstb@107d517c00"];
    const chips = labels.map((label) => ({ label, lines: 54 }));
    const { board } = await openedRig({ chips, files: pi5 });
    expect(board.description).toContain("/dev/gpiochip1 (pinctrl-rp1)");
    expect(board.description).toContain("12 mA a pin");
    expect(board.pins).toHaveLength(26);
  });

  it("PI-1: of a machine that says nothing has a Pi's header where it has its chip", async () => {
    const chips = [{ label: "pinctrl-bcm2711", lines: 54 }];
    const { board } = await openedRig({ chips, files: {} });
    expect(board.pins[0]?.name).toBe("GPIO2");
    expect([board.watchdogs, board.serialPorts]).toEqual([[], []]);
  });

  it("PI-1: of another machine has all lines, by their names where they have some", async () => {
    const names = { 0: "SDA", 1: "sda", 3: "LINE0", 4: "PA7" };
    const chips = [{ label: "1f02000.gpio", lines: 5, names }];
    const { board } = await openedRig({ chips, files: {} });
    const told = board.pins.map(({ name, aliases }) => [name, ...aliases]);
    expect(told).toEqual([["SDA", "LINE0"], ["LINE1"], ["LINE2"], ["LINE3"], ["PA7", "LINE4"]]);
  });

  it("PI-1: a chip may be chosen on a Pi too, and then has its own lines", async () => {
    const { board } = await openedRig({ chip: "raspberrypi-exp-gpio", files: pi4 });
    expect(board.pins).toHaveLength(8);
  });
});
