/** Opening: over pseudo terminals what opens, over a fake machine what does not. */
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import { afterEach, describe, expect, it, onTestFinished, vi } from "vitest";
import type { SerialPortResult } from "../../../src/host/serial/load-serialport.js";
import { watchNode } from "../../../src/host/serial/node-watch.js";
import {
  openSerialPort,
  type SerialNote,
  type SerialPortOptions,
} from "../../../src/host/serial/open-serial-port.js";
import { systemPorts } from "../../../src/host/serial/port-view.js";
import { crossTerminals } from "../../../src/host/serial/pseudo-terminal.js";
import { SerialOpenFailure } from "../../../src/host/serial/serial-open-failure.js";
import { millis } from "../../../src/kernel/time.js";
import { settle, streamPair } from "../support/streams.js";
import { terminal, whyNoTerminals } from "./support/cable.js";
import { FakePorts } from "./support/fake-ports.js";

const baudRate = 115_200;

async function refusalOf(options: Partial<SerialPortOptions>): Promise<SerialOpenFailure> {
  const opened = openSerialPort({ path: "/dev/ttyUSB0", baudRate, ...options });
  const failure: unknown = await opened.catch((error: unknown) => error);
  if (failure instanceof SerialOpenFailure) return failure;
  throw new Error(`no refusal: ${String(failure)}`);
}

/** The package, where its binding refuses with these words. */
const refusing = (message: string) => async (): Promise<SerialPortResult> => {
  const SerialPort = class {
    open(done: (error: Error) => void): void {
      done(new Error(message));
    }
  };
  return { ok: true, SerialPort } as unknown as SerialPortResult;
};

function onePort(): FakePorts {
  const ports = new FakePorts();
  ports.plugUsb(0, "0403:6001:A50285BI");
  return ports;
}

describe("SERIAL-1: a refusal says what is wrong, and what to do", () => {
  it("no such port: which there are", async () => {
    const refusal = await refusalOf({ path: "/dev/ttyUSB9", view: onePort() });
    expect(refusal).toMatchObject({ code: "no-such-port", path: "/dev/ttyUSB9" });
    expect(refusal.message).toContain("there are /dev/serial/by-id/usb-A50285BI-if00-port0");
  });

  it.each(["dialout", "uucp"])("no permission: the group to join, here %s", async (group) => {
    const view = new FakePorts();
    view.put("/dev/ttyUSB0", { allowed: false, group });
    const refusal = await refusalOf({ view });
    expect(refusal.code).toBe("not-permitted");
    expect(refusal.message).toContain(`(mode 660); join its group, ${group}: sudo usermod -aG`);
  });

  it("no permission, where no group would help", async () => {
    const view = new FakePorts();
    view.put("/dev/ttyUSB0", { allowed: false, group: "root", mode: "600" });
    expect((await refusalOf({ view })).message).toContain("it is open to root alone");
  });

  it.each([
    ["Error Resource temporarily unavailable Cannot lock port", "in-use", /fuser -v/],
    ["Error: Device or resource busy, cannot open /dev/ttyUSB0", "in-use", /another process/],
    ["Error: Permission denied, cannot open /dev/ttyUSB0", "not-permitted", /dialout/],
    ["Error: Invalid argument setting custom baud rate of 77", "rate-not-possible", /115200 baud/],
    ["Error: Inappropriate ioctl for device, cannot open", "not-a-serial-line", /another kind/],
    ["Error: No such file or directory, cannot open", "no-such-port", /there are/],
    ["Error: Input/output error, cannot open", "other", /refused it \(Error: Input/],
  ])("%s", async (message, code, words) => {
    const refusal = await refusalOf({ view: onePort(), load: refusing(message) });
    expect(refusal.code).toBe(code);
    expect(refusal.message).toMatch(words);
  });

  it("no package: what to install", async () => {
    const reason = "install the package: npm install serialport@13 (not found)";
    const load = async () => ({ ok: false, reason }) as const;
    const refusal = await refusalOf({ view: onePort(), load });
    expect(refusal).toMatchObject({ code: "package-missing" });
    expect(refusal.message).toContain("npm install serialport@13");
  });
});

describe("SERIAL-2: what is no terminal is never opened", () => {
  const load = () => Promise.reject(new Error("it came to the opening"));

  it("such as a watchdog, which would begin to count", async () => {
    const view = new FakePorts();
    view.put("/dev/watchdog", { major: 10, minor: 130 });
    view.subsystem("10:130", "misc");
    const refusal = await refusalOf({ path: "/dev/watchdog", view, load });
    expect(refusal.code).toBe("not-a-serial-line");
    expect(refusal.message).toContain("a device of another kind");
  });

  it("or a file", async () => {
    const folder = mkdtempSync(join(tmpdir(), "holdfast-serial-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const path = join(folder, "file");
    writeFileSync(path, "");
    expect(await refusalOf({ path, load })).toMatchObject({ code: "not-a-serial-line" });
  });

  it("a terminal is, also where the kernel does not show its devices", async () => {
    const view = onePort();
    view.subsystem("188:0", "tty");
    await expect(openSerialPort({ path: "/dev/ttyUSB0", baudRate, view, load })).rejects.toThrow(
      "it came to the opening",
    );
    await expect(
      openSerialPort({ path: "/dev/ttyUSB0", baudRate, view: onePort(), load }),
    ).rejects.toThrow("it came to the opening");
  });
});

const why = whyNoTerminals();
if (why !== null) console.warn(`SKIPPED, no pseudo terminals here: ${why}`);

async function open(path: string, more: Partial<SerialPortOptions> = {}): Promise<Duplex> {
  const stream = await openSerialPort({ path, baudRate, ...more });
  onTestFinished(() => {
    stream.destroy();
  });
  return stream;
}

const lossOf = (stream: Duplex): Promise<Error> =>
  new Promise((lost) => stream.once("error", lost));

const closeOf = (stream: Duplex): Promise<void> =>
  new Promise((closed) => stream.once("close", () => closed()));

describe.skipIf(why !== null)("a serial line over pseudo terminals", () => {
  it("SERIAL-4: carries every byte both ways, at any rate", async () => {
    const [near, far] = [terminal(), terminal()];
    crossTerminals(near, far);
    const [one, other] = [await open(near.path), await open(far.path, { baudRate: 1_000_000 })];
    const all = Buffer.from(Array.from({ length: 4_096 }, (_, index) => index & 0xff));
    for (const [from, to] of [
      [one, other],
      [other, one],
    ] as const) {
      const heard: Buffer[] = [];
      const whole = new Promise<void>((done) => {
        to.on("data", (bytes: Buffer) => {
          heard.push(bytes);
          if (Buffer.concat(heard).length >= all.length) done();
        });
      });
      from.write(all);
      await whole;
      expect(Buffer.concat(heard).equals(all)).toBe(true);
    }
  });

  it("SERIAL-4: is locked while it is open, and free when it was destroyed", async () => {
    const { path } = terminal();
    const stream = await open(path);
    expect(await refusalOf({ path })).toMatchObject({ code: "in-use" });
    stream.destroy();
    await closeOf(stream);
    const again = await open(path);
    expect(again.destroyed).toBe(false);
  });

  it("SERIAL-4: is given back also where nobody reads, and it is full", async () => {
    const { path } = terminal();
    const stream = await open(path);
    while (stream.write(Buffer.alloc(16_384))) await settle();
    stream.destroy();
    await closeOf(stream);
    expect((await open(path)).destroyed).toBe(false);
  });

  it("SERIAL-5: is lost when it is hung up, though nobody writes", async () => {
    const line = terminal();
    // Its name stays: a hang-up is all that there is to see.
    const opened = systemPorts.node(line.path);
    const view = { ...systemPorts, node: () => opened };
    const stream = await open(line.path, { view });
    const [loss, closed] = [lossOf(stream), closeOf(stream)];
    line.close();
    expect(await loss).toMatchObject({ name: "SerialLoss", code: "disconnected" });
    await closed;
  });

  it("SERIAL-6: is lost when its name leads to another device", async () => {
    const folder = mkdtempSync(join(tmpdir(), "holdfast-serial-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const path = join(folder, "by-name");
    symlinkSync(terminal().path, path);
    const stream = await open(path, { watchEvery: millis(10) });
    const loss = lossOf(stream);
    rmSync(path);
    symlinkSync(terminal().path, path);
    expect(await loss).toMatchObject({ code: "device-gone" });
    expect((await open(path)).destroyed).toBe(false);
  });

  it("SERIAL-8: opens without modem lines, and says so", async () => {
    const notes: SerialNote[] = [];
    const { path } = terminal();
    const stream = await open(path, { modemLines: { dtr: false }, onNote: (n) => notes.push(n) });
    expect(stream.destroyed).toBe(false);
    expect(notes).toMatchObject([{ kind: "no-modem-lines", path }]);
  });

  it("SERIAL-8: says nothing of lines that nobody wants to set", async () => {
    const notes: SerialNote[] = [];
    await open(terminal().path, { onNote: (note) => notes.push(note) });
    expect(notes).toEqual([]);
  });
});

describe("SERIAL-6: the watch over a device's name", () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  const every = millis(50);

  let hungUp = false;

  function watched(view: FakePorts): { readonly stream: Duplex; readonly losses: Error[] } {
    const [stream] = streamPair();
    const losses: Error[] = [];
    stream.on("error", (error) => losses.push(error));
    const opened = view.node("/dev/ttyUSB0");
    if (opened === null) throw new Error("nothing to watch");
    const isHungUp = () => hungUp;
    watchNode(stream, { path: "/dev/ttyUSB0", opened, isHungUp, every, view });
    return { stream, losses };
  }

  it("ends the stream within one period, not before, and looks no more then", async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    const view = onePort();
    const { stream, losses } = watched(view);
    vi.advanceTimersByTime(10 * 50);
    expect(stream.destroyed).toBe(false);
    view.unplug(0);
    expect(stream.destroyed).toBe(false);
    vi.advanceTimersByTime(50);
    expect(stream.destroyed).toBe(true);
    await settle();
    expect(losses).toMatchObject([{ code: "device-gone", message: "/dev/ttyUSB0 is gone" }]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it.each([{ inode: 8 }, { minor: 3 }, { major: 166 }])("sees another device: %o", (other) => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    const view = onePort();
    const { stream } = watched(view);
    view.put("/dev/ttyUSB0", other);
    vi.advanceTimersByTime(50);
    expect(stream.destroyed).toBe(true);
  });

  it("ends the stream of a line that was hung up, and whose name stays", async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    hungUp = false;
    const { losses } = watched(onePort());
    vi.advanceTimersByTime(50);
    hungUp = true;
    vi.advanceTimersByTime(50);
    hungUp = false;
    await settle();
    expect(losses).toMatchObject([{ code: "disconnected" }]);
  });

  it("does not mind who may open it", () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    const view = onePort();
    const { stream } = watched(view);
    view.put("/dev/ttyUSB0", { allowed: false, mode: "600" });
    vi.advanceTimersByTime(500);
    expect(stream.destroyed).toBe(false);
    stream.destroy();
  });

  it("ends with the stream", async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    const { stream } = watched(onePort());
    stream.destroy();
    await settle();
    expect(vi.getTimerCount()).toBe(0);
  });
});
