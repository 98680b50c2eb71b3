/** The numbers of include/uapi/linux/gpio.h, as a C compiler gives them on x64. */
import { describe, expect, it } from "vitest";
import {
  chipInfoIn,
  flags,
  lineConfig,
  lineEventIn,
  lineFileIn,
  lineInfoIn,
  lineInfoRequest,
  lineRequest,
  lineValues,
  requests,
  sizes,
} from "../../../boards/raspberry-pi/chardev/gpio-abi.js";

const view = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset);

describe("the kernel's interface to GPIO lines", () => {
  it("PI-3: has the numbers of the kernel's header", () => {
    expect(requests).toEqual({
      ...{ getChipInfo: 0x8044_b401, getLineInfo: 0xc100_b405, getLine: 0xc250_b407 },
      ...{ setConfig: 0xc110_b40d, getValues: 0xc010_b40e, setValues: 0xc010_b40f },
    });
    expect(sizes).toEqual({
      ...{ chipInfo: 68, lineInfo: 256, lineRequest: 592, lineConfig: 272 },
      ...{ lineValues: 16, lineEvent: 48 },
    });
  });

  it("PI-3: puts a request where the kernel looks for it", () => {
    const config = { flags: flags.input | flags.edgeRising, value: 1 as const, debounce: 5_000 };
    const bytes = lineRequest(17, "holdfast", config);
    expect(bytes.length).toBe(592);
    const at = view(bytes);
    expect([at.getUint32(0, true), at.getUint32(4, true)]).toEqual([17, 0]);
    expect(new TextDecoder().decode(bytes.subarray(256, 265))).toBe("holdfast\0");
    expect(at.getBigUint64(288, true)).toBe(0x14n);
    expect([at.getUint32(560, true), at.getUint32(564, true)]).toEqual([1, 1_024]);
    // Two attributes: values, debounce; each with its id, its word and the mask of the one line.
    expect(at.getUint32(296, true)).toBe(2);
    expect([at.getUint32(320, true), at.getUint32(328, true)]).toEqual([2, 1]);
    expect([at.getUint32(344, true), at.getUint32(352, true)]).toEqual([3, 5_000]);
    expect([at.getBigUint64(336, true), at.getBigUint64(360, true)]).toEqual([1n, 1n]);
    at.setInt32(588, 42, true);
    expect(lineFileIn(bytes)).toBe(42);
  });

  it("PI-3: cuts a consumer to what the kernel has room for", () => {
    const bytes = lineRequest(0, "x".repeat(40), { flags: 0, value: null, debounce: 0 });
    expect([bytes[286], bytes[287]]).toEqual([0x78, 0]);
  });

  it("PI-3: a configuration without attributes has none", () => {
    const bytes = lineConfig({ flags: flags.input, value: null, debounce: 0 });
    expect([...bytes].filter((byte) => byte !== 0)).toEqual([4]);
  });

  it("PI-3: values ask for the one line of a file", () => {
    expect([...lineValues(1)]).toEqual([1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0]);
  });

  it("PI-3: reads a chip and a line, without what might upset a terminal", () => {
    const chip = new Uint8Array(68);
    chip.set(new TextEncoder().encode("gpiochip0"));
    chip.set(new TextEncoder().encode("pin\u001bctrl-rp1"), 32);
    view(chip).setUint32(64, 54, true);
    expect(chipInfoIn(chip)).toEqual({ name: "gpiochip0", label: "pinctrl-rp1", lines: 54 });
    const line = lineInfoRequest(5);
    expect(view(line).getUint32(64, true)).toBe(5);
    line.set(new TextEncoder().encode("SDA1"));
    line.set(new TextEncoder().encode("i2c"), 32);
    view(line).setUint32(72, 9, true);
    expect(lineInfoIn(line)).toEqual({ name: "SDA1", consumer: "i2c", flags: 9 });
  });

  it("PI-3: reads an event, at times of years too", () => {
    const bytes = new Uint8Array(96);
    const years = 3n * 365n * 24n * 3_600n * 1_000_000_000n;
    view(bytes).setBigUint64(48, years + 1_999n, true);
    view(bytes).setUint32(56, 1, true);
    view(bytes).setUint32(68, 7, true);
    const at = Number(years / 1_000n) + 1;
    expect(lineEventIn(bytes, 48)).toEqual({ at, level: 1, sequence: 7 });
    view(bytes).setUint32(56, 2, true);
    expect(lineEventIn(bytes, 48).level).toBe(0);
  });
});
