/** `holdfast firmware` on a pseudo terminal, with a fake device at its other end. */
import { describe, expect, it, onTestFinished } from "vitest";
import { clusterTag, tagText } from "../../boards/bridge/cluster-tag.js";
import { payloadBytesMax } from "../../boards/bridge/frames.js";
import { MonotonicClock } from "../../src/host/monotonic-clock.js";
import { openPseudoTerminal } from "../../src/host/serial/pseudo-terminal.js";
import { ByteStreamReader, toByteStream } from "../../src/wire/byte-stream.js";
import { FakeBridge } from "../boards/bridge/support/fake-bridge.js";
import { jsonOf, run } from "./support/captured-io.js";

const pseudo = openPseudoTerminal();
const hasPseudo = pseudo.ok;
if (pseudo.ok) pseudo.terminal.close();

function plugged(cluster = 0): { readonly path: string; readonly device: FakeBridge } {
  const opened = openPseudoTerminal();
  if (!opened.ok) throw new Error(opened.reason);
  const { stream, path, close } = opened.terminal;
  const clock = new MonotonicClock();
  const device = new FakeBridge(clock.now(), {
    say: (payload) => stream.write(toByteStream(payload)),
    cluster,
  });
  const reader = new ByteStreamReader(payloadBytesMax);
  stream.on("data", (bytes: Buffer) => {
    for (const payload of reader.push(bytes)) device.receive(clock.now(), payload);
  });
  const timer = setInterval(() => device.tick(clock.now()), 5);
  onTestFinished(() => {
    clearInterval(timer);
    close();
  });
  return { path, device };
}

describe.skipIf(!hasPseudo)("CLI-FIRMWARE: holdfast firmware", () => {
  it("shows what is on a line, and changes nothing of it", async () => {
    const { path, device } = plugged(0x1a2b);
    device.refused = 3;
    const { code, stdout } = await run(["firmware", "show", "--port", path]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^a bridge, firmware 2\.0\n/);
    expect(stdout).toContain("cluster: that with the tag 1A2B");
    expect(stdout).toContain("last reset: power, start 1 since power came on");
    expect(stdout).toContain("supervision of the host: off");
    expect(stdout).toContain("3 refused, 0 bad frames, 0 overruns");
    expect(device.taken).toEqual([]);
    const json = jsonOf(await run(["firmware", "show", "--port", path, "--json"]));
    expect(Object.keys(json)[0]).toBe("schema");
    expect(json).toMatchObject({
      ...{ schema: "holdfast.firmware/1", port: path, verdict: null },
      hello: { device: 1, cluster: 0x1a2b, boots: 1 },
      beat: { refused: 3, supervised: false },
    });
  });

  it("binds a fresh bridge, and one of another cluster only by its tag", async () => {
    const { path, device } = plugged();
    const bind = (...words: string[]) =>
      run(["firmware", "bind", "--port", path, "--cluster", ...words]);
    const tag = tagText(clusterTag("boiler"));
    expect(await bind("boiler")).toMatchObject({ code: 0, stdout: `bound to boiler (${tag})\n` });
    expect(device.cluster).toBe(clusterTag("boiler"));
    const again = await bind("kiln");
    expect(again).toMatchObject({ code: 4, stdout: "" });
    expect(again.stderr).toContain(`${path}: it is bound to ${tag}, not to none`);
    expect((await bind("kiln", "--from", "1234")).code).toBe(4);
    expect(device.cluster).toBe(clusterTag("boiler"));
    expect((await bind("kiln", "--from", tag, "--json")).code).toBe(0);
    expect(device.cluster).toBe(clusterTag("kiln"));
  });

  it("says what is wrong: no port, another protocol, an output voter", async () => {
    const missing = await run(["firmware", "show", "--port", "/dev/ttyNONE"]);
    expect(missing.code).toBe(4);
    expect(missing.stderr).toContain("/dev/ttyNONE");
    const { path, device } = plugged();
    device.version = 7;
    expect((await run(["firmware", "show", "--port", path])).stderr).toMatch(/speaks protocol 7/);
    device.version = 2;
    device.device = 2;
    const bound = await run(["firmware", "bind", "--port", path, "--cluster", "boiler"]);
    expect(bound.stderr).toMatch(/bound by two of its three replicas/);
  });

  it("refuses flags that make no sense", async () => {
    expect((await run(["firmware", "show"])).code).toBe(2);
    const show = (...words: string[]) => run(["firmware", "show", "--port", "/dev/x", ...words]);
    expect((await show("--baud", "fast")).code).toBe(2);
    const bind = ["firmware", "bind", "--port", "/dev/x", "--cluster", "a", "--from", "none"];
    const { code, stderr } = await run(bind);
    expect(code).toBe(2);
    expect(stderr).toMatch(/four hexadecimal digits, got none/);
  });
});
