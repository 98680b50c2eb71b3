import { afterEach, expect, it } from "vitest";
import { clusterTag } from "../../../boards/bridge/cluster-tag.js";
import type { BridgeEvent } from "../../../boards/bridge/events.js";
import { type OpenedBridge, openBridge } from "../../../boards/bridge/open.js";
import { millis } from "../../../src/kernel/time.js";
import { plainInput, plainOutput } from "../../contracts/pins/rig.js";
import { FakeBridge } from "./support/fake-bridge.js";
import { LiveDevice, until } from "./support/live-device.js";

const tag = clusterTag("boiler");

class Live {
  readonly events: BridgeEvent[] = [];
  readonly line: LiveDevice<FakeBridge>;
  opened: OpenedBridge | null = null;

  constructor(cluster = 0) {
    this.line = new LiveDevice((now, say) => new FakeBridge(now, { say, cluster }));
  }

  async open(patience = 2_000): Promise<OpenedBridge> {
    this.opened = await openBridge({
      open: () => this.line.open(),
      ...{ clock: this.line.clock, cluster: "boiler", node: "pi-1" },
      baudRate: 10_000_000,
      helloTimeout: millis(patience),
      onEvent: (_, event) => this.events.push(event),
    });
    return this.opened;
  }

  async end(): Promise<void> {
    if (this.opened?.ok) {
      this.opened.board.close(this.line.clock.now());
      await this.opened.board.ended;
    }
    this.line.end();
  }
}

let live: Live | null = null;
afterEach(async () => live?.end());

function start(cluster = 0): Live {
  live = new Live(cluster);
  return live;
}

async function refusalOf(rig: Live, patience = 400) {
  const opened = await rig.open(patience);
  if (opened.ok) throw new Error("it was opened");
  return opened;
}

it("OPEN-1: a fresh device is bound to the cluster, and its lines work", async () => {
  const rig = start();
  const opened = await rig.open();
  if (!opened.ok) throw new Error(opened.message);
  const { board } = opened;
  expect(rig.line.device.cluster).toBe(tag);
  expect(board.description).toMatch(/pi-1/);
  const now = () => rig.line.clock.now();
  const output = board.openOutput(now(), "D7", { ...plainOutput, initial: 1 });
  const input = board.openInput(now(), "D2", plainInput);
  if (!output.ok || !input.ok) throw new Error("refused");
  rig.line.device.put(now(), 2, 1);
  await until(() => rig.line.device.pin(7).measure() === 1, "D7 is 1");
  await until(() => input.line.read(now()).value === 1, "D2 reads 1");
  expect(board.health(now())).toEqual({ kind: "live" });
});

it("OPEN-2: a device of our cluster stays bound, one of another is refused", async () => {
  const rig = start(tag);
  expect((await rig.open()).ok).toBe(true);
  await rig.end();
  const other = start(0x1a2b);
  const refusal = await refusalOf(other);
  expect(refusal.message).toMatch(/another cluster.*1A2B.*firmware bind --from 1A2B/);
  expect(other.line.device.taken).toEqual([]);
});

it("OPEN-3: another protocol and another kind of device are refused at once", async () => {
  const old = start();
  old.line.device.version = 1;
  expect((await refusalOf(old)).message).toMatch(/speaks protocol 1, and this Holdfast 2.*flash/);
  await old.end();
  const voter = start();
  voter.line.device.device = 2;
  expect((await refusalOf(voter)).message).toMatch(/an output voter.*where a bridge should be/);
  expect(voter.line.device.taken).toEqual([]);
});

it("OPEN-4: silence, noise, and a device that takes no command are told apart", async () => {
  const silent = start();
  silent.line.device.frozen = true;
  expect(await refusalOf(silent)).toMatchObject({ ok: false, reason: "lost" });
  expect((await refusalOf(silent)).message).toMatch(/nothing came/);
  await silent.end();
  const deaf = start();
  deaf.line.device.hello();
  const opening = refusalOf(deaf);
  await until(() => deaf.line.far !== null, "it is open");
  deaf.line.device.hello();
  deaf.line.device.deaf = true;
  expect((await opening).message).toMatch(/said hello.*wire to it|takes no command/);
  await deaf.end();
  const noisy = start();
  noisy.line.device.frozen = true;
  const timer = setInterval(() => noisy.line.far?.write(Uint8Array.of(0, 7, 1, 2, 3, 0)), 5);
  const { message } = await refusalOf(noisy);
  clearInterval(timer);
  expect(message).toMatch(/only noise came.*baud rate/);
});

it("OPEN-5: a port that is not there or not ours is refused with what to do", async () => {
  const gone = start();
  gone.line.refuse = () => Object.assign(new Error("no such file /dev/ttyX"), { code: "ENOENT" });
  expect(await refusalOf(gone)).toMatchObject({ reason: "lost" });
  const { message } = await refusalOf(gone);
  expect(message).toMatch(/ttyX.*plugged in/);
  gone.line.refuse = () => Object.assign(new Error("not for you"), { code: "EACCES" });
  expect(await refusalOf(gone)).toMatchObject({ reason: "no-permission" });
  expect((await refusalOf(gone)).message).toMatch(/group/);
});

it("LIFE-1: an unplugged line is lost at once, and works again when it is back", async () => {
  const rig = start();
  const opened = await rig.open();
  if (!opened.ok) throw new Error(opened.message);
  const { board } = opened;
  const now = () => rig.line.clock.now();
  const output = board.openOutput(now(), "D7", { ...plainOutput, initial: 1 });
  if (!output.ok) throw new Error(output.message);
  await until(() => rig.line.device.pin(7).measure() === 1, "D7 is 1");
  rig.line.refuse = () => Object.assign(new Error("gone"), { code: "ENOENT" });
  rig.line.unplug();
  await until(() => board.health(now()).kind === "lost", "it is lost", 100);
  expect(output.line.write(now(), 1, null)).toEqual({ ok: false, reason: "lost" });
  await until(() => rig.line.device.pin(7).measure() === 0, "the hold is over");
  rig.line.refuse = null;
  await until(() => board.health(now()).kind === "live", "it is live");
  await until(() => rig.line.device.pin(7).measure() === 1, "D7 is 1 again");
  expect(rig.events.map(({ kind }) => kind)).toEqual([
    "live",
    "line-lost",
    "line-restored",
    "live",
  ]);
  expect(board.counts().get("line-lost")).toBe(1);
  expect(board.counts().get("resets")).toBeUndefined();
});

it("LIFE-2: close releases every output, and gives back the line", async () => {
  const rig = start();
  const opened = await rig.open();
  if (!opened.ok) throw new Error(opened.message);
  const { board } = opened;
  const now = () => rig.line.clock.now();
  board.openOutput(now(), "D7", { ...plainOutput, initial: 1 });
  await until(() => rig.line.device.pin(7).measure() === 1, "D7 is 1");
  board.close(now());
  await board.ended;
  expect(rig.line.device.pin(7).measure()).toBe(0);
  expect(rig.line.near?.destroyed).toBe(true);
});
