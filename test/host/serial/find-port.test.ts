import { describe, expect, it } from "vitest";
import {
  findPort,
  isPortThere,
  portsPresent,
  usbIdentityOf,
} from "../../../src/host/serial/find-port.js";
import { FakePorts } from "./support/fake-ports.js";

function twoAdapters(): FakePorts {
  const ports = new FakePorts();
  ports.plugUsb(0, "0403:6001:A50285BI");
  ports.plugUsb(1, "1a86:7523");
  return ports;
}

describe("SERIAL-3: a port is found by what the config names", () => {
  it("a path as it is, also where nothing is", () => {
    expect(findPort("/dev/ttyAMA0", new FakePorts())).toBe("/dev/ttyAMA0");
  });

  it("a USB device by vendor and product, whatever the case", () => {
    expect(findPort("usb:1A86:7523", twoAdapters())).toBe("/dev/ttyUSB1");
    expect(findPort("usb:0403:6001:A50285BI", twoAdapters())).toBe("/dev/ttyUSB0");
  });

  it("anew each time, so that another number after a re-plug is found", () => {
    const ports = twoAdapters();
    ports.unplug(0);
    expect(isPortThere("usb:0403:6001", ports)).toBe(false);
    ports.plugUsb(2, "0403:6001:A50285BI");
    expect(isPortThere("usb:0403:6001", ports)).toBe(true);
    expect(findPort("usb:0403:6001:A50285BI", ports)).toBe("/dev/ttyUSB2");
    expect(ports.real("/dev/serial/by-id/usb-A50285BI-if00-port0")).toBe("/dev/ttyUSB2");
  });

  it("not where two are alike, and the refusal says how to tell them apart", () => {
    const ports = twoAdapters();
    ports.plugUsb(5, "1a86:7523");
    const find = () => findPort("usb:1a86:7523", ports);
    expect(find).toThrow(/ttyUSB1, \/dev\/ttyUSB5 are all such a device; add its serial number/);
    expect(find).toThrow(expect.objectContaining({ code: "ambiguous" }));
  });

  it("not where the serial number is another one", () => {
    expect(() => findPort("usb:0403:6001:OTHER", twoAdapters())).toThrow(
      expect.objectContaining({ code: "no-such-port", name: "SerialOpenFailure" }),
    );
  });

  it("no identity is read into what is none", () => {
    for (const name of ["usb:12:34", "usb:xyzw:1234", "usb:1a86:7523:", "/dev/usb:1a86:7523"]) {
      expect(usbIdentityOf(name), name).toBe(null);
    }
  });
});

describe("SERIAL-1: what there is", () => {
  it("is listed by steady names first, each device once", () => {
    expect(portsPresent(twoAdapters())).toEqual([
      "/dev/serial/by-id/usb-A50285BI-if00-port0",
      "/dev/ttyUSB1",
    ]);
  });

  it("is told to whoever names what is not there, up to eight", () => {
    const ports = new FakePorts();
    for (let number = 0; number < 12; number += 1) ports.plugUsb(number, "1a86:7523");
    expect(() => findPort("usb:0403:6001", ports)).toThrow(/ttyUSB15?, .*, and 4 more$/);
    expect(() => findPort("usb:0403:6001", new FakePorts())).toThrow(/no serial line is there at/);
  });
});
