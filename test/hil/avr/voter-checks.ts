/** The output voter of an ATmega2560 in simavr: three replicas at three of its UARTs. */
import assert from "node:assert/strict";
import { clusterTag } from "../../../boards/bridge/cluster-tag.js";
import {
  type DeclareFields,
  deviceKinds,
  type OutputState,
  pinUses,
  type ReplicaStanding,
  resetCauses,
  results,
  safeKinds,
  type Verdict,
  valueMax,
} from "../../../boards/bridge/frames.js";
import type { AvrCheck } from "./avr-check.js";
import type { Device, Told } from "./device.js";
import { startVoter, voterUarts, withDevice } from "./hex-files.js";

const cluster = clusterTag("boiler");

/** D5 is bit 3 of port E: data sheet of the ATmega2560, section 34. */
const portE = 0x2e;
const d5 = 1 << 3;

const cycle = 100_000;
const holdMs = 250;
const on = valueMax;
const off = 0;

const declaration: DeclareFields = {
  output: 0,
  use: pinUses.output,
  safeKind: safeKinds.value,
  safeValue: 0,
  tolerance: 100,
  graceMs: 150,
  patienceMs: 300,
};

/** What a replica says in a cycle; null: nothing. */
type Say = { readonly value: number; readonly behind?: number } | null;
type Says = readonly [Say, Say, Say];

const all = (value: number): Says => [{ value }, { value }, { value }];

/** Three replicas, cycle by cycle. */
class Replicas {
  readonly #device: Device;
  #cycle = 100;

  constructor(device: Device) {
    this.#device = device;
  }

  declare(places: readonly number[], fields: Partial<DeclareFields> = {}): void {
    for (const place of places) {
      const frame = { kind: "declare", cluster, sequence: 1, ...declaration, ...fields } as const;
      this.#device.say(uartOf(place), frame);
    }
  }

  /** They say so for so many cycles; @returns the last verdicts that each place was told */
  async say(says: Says, cycles: number): Promise<readonly Verdict[]> {
    this.#device.take();
    for (let count = 0; count < cycles; count += 1) {
      this.#cycle += 1;
      for (const [place, say] of says.entries()) {
        if (say === null) continue;
        const sequence = this.#cycle - (say.behind ?? 0);
        const frame = {
          kind: "vote",
          cluster,
          sequence,
          output: 0,
          value: say.value,
          holdMs,
        } as const;
        this.#device.say(uartOf(place), frame);
      }
      await this.#device.run(cycle);
    }
    return lastVerdicts(this.#device.take());
  }

  /** Is D5 high? */
  async isOn(): Promise<boolean> {
    return ((await this.#device.chip.peek(portE)) & d5) !== 0;
  }
}

const uartOf = (place: number): number => voterUarts[place] ?? 0;

function lastVerdicts(told: readonly Told[]): readonly Verdict[] {
  return voterUarts.map((uart) => {
    const verdicts = told.flatMap(({ uart: from, frame }) =>
      from === uart && frame.kind === "verdict" ? [frame] : [],
    );
    const last = verdicts.at(-1);
    assert.ok(last !== undefined, `UART ${uart} was told a verdict`);
    return last;
  });
}

type Standings = readonly [ReplicaStanding, ReplicaStanding, ReplicaStanding];

function areTold(verdicts: readonly Verdict[], standings: Standings, state: OutputState): void {
  for (const [place, verdict] of verdicts.entries()) {
    assert.equal(verdict.place, place, "each is told its own place");
    assert.deepEqual(verdict.replicas, standings, `told at place ${place}`);
    assert.equal(verdict.outputs[0]?.state, state, `told at place ${place}`);
  }
}

async function declared(device: Device): Promise<Replicas> {
  const replicas = new Replicas(device);
  replicas.declare([0, 1, 2]);
  await device.run(cycle);
  return replicas;
}

async function agree(device: Device): Promise<void> {
  const hellos = device.take().filter(({ frame }) => frame.kind === "hello");
  assert.equal(hellos.length, voterUarts.length, "it says hello on all three lines");
  for (const { frame } of hellos) {
    assert.ok(frame.kind === "hello" && frame.device === deviceKinds.voter);
  }
  const replicas = await declared(device);
  for (const value of [on, off, on]) {
    areTold(await replicas.say(all(value), 5), ["well", "well", "well"], "driven");
    assert.equal(await replicas.isOn(), value === on);
  }
  for (const uart of voterUarts) assert.equal(device.broken(uart), 0);
}

async function alone(device: Device): Promise<void> {
  const replicas = new Replicas(device);
  replicas.declare([1]);
  await device.run(cycle);
  const votes = await replicas.say(all(on), 3);
  assert.ok(votes.every(({ outputs }) => outputs[0]?.state === "undeclared"));
  assert.equal(await replicas.isOn(), false);
  replicas.declare([2]);
  await device.run(cycle);
  areTold(await replicas.say(all(on), 3), ["well", "well", "well"], "driven");
  replicas.declare([0], { safeValue: valueMax });
  await device.run(cycle);
  await replicas.say([null, null, null], 5);
  assert.equal(await replicas.isOn(), false, "one alone does not change the safe value");
}

/** A replica that fails in some way changes nothing, and is told to all. */
async function masked(device: Device, bad: Say, standing: ReplicaStanding): Promise<void> {
  const replicas = await declared(device);
  await replicas.say(all(on), 5);
  for (const place of [0, 1, 2]) {
    const says = all(on).map((say, at) => (at === place ? bad : say)) as unknown as Says;
    for (let count = 0; count < 10; count += 1) {
      await replicas.say(says, 1);
      assert.equal(await replicas.isOn(), true, `it stays on, place ${place} is ${standing}`);
    }
    const standings = ["well", "well", "well"].map((word, at) => (at === place ? standing : word));
    areTold(await replicas.say(says, 1), standings as unknown as Standings, "driven");
    areTold(await replicas.say(all(on), 15), ["well", "well", "well"], "driven");
  }
}

async function differ(device: Device): Promise<void> {
  const replicas = await declared(device);
  await replicas.say(all(on), 5);
  const verdicts = await replicas.say([{ value: on }, { value: off }, null], 8);
  assert.ok(verdicts.every(({ outputs }) => outputs[0]?.state === "no-majority"));
  assert.equal(await replicas.isOn(), false, "safe");
  areTold(await replicas.say(all(on), 5), ["well", "well", "well"], "driven");
  assert.equal(await replicas.isOn(), true);
}

async function silence(device: Device): Promise<void> {
  const replicas = await declared(device);
  await replicas.say(all(on), 5);
  const verdicts = await replicas.say([null, null, null], 5);
  areTold(verdicts, ["silent", "silent", "silent"], "no-votes");
  assert.equal(await replicas.isOn(), false);
}

async function foreign(device: Device): Promise<void> {
  const replicas = await declared(device);
  await replicas.say(all(on), 5);
  device.take();
  const other = { cluster: clusterTag("greenhouse"), sequence: 500, output: 0 };
  device.say(uartOf(1), { kind: "vote", ...other, value: off, holdMs });
  await device.run(20_000);
  const taken = device.takeOf("taken", uartOf(1))[0]?.frame;
  assert.equal(taken?.result, results.anotherCluster);
  assert.equal(await replicas.isOn(), true);
}

async function hangs(device: Device): Promise<void> {
  const replicas = await declared(device);
  await replicas.say(all(on), 25);
  device.say(uartOf(1), { kind: "hang" });
  await device.runSeconds(1);
  const told = device.take();
  for (const uart of voterUarts) {
    const hello = told.find(({ frame, uart: from }) => from === uart && frame.kind === "hello");
    assert.ok(hello?.frame.kind === "hello", `UART ${uart} heard that it is back`);
    assert.ok((hello.frame.resetCause & resetCauses.watchdog) !== 0, "by its watchdog");
    assert.equal(hello.frame.boots, 2);
    assert.equal(hello.frame.cluster, cluster);
  }
  assert.equal(await replicas.isOn(), false, "safe until they vote again");
  areTold(await replicas.say(all(on), 5), ["well", "well", "well"], "driven");
  assert.equal(await replicas.isOn(), true);
}

const check = (name: string, run: (device: Device) => Promise<void>, faults = false): AvrCheck => ({
  name: `voter: ${name}`,
  run: (files) => withDevice(startVoter(files, faults), run),
});

export const voterChecks: readonly AvrCheck[] = [
  check("drives what three agree on, and tells each its place", agree),
  check("takes no declaration of one place alone", alone),
  check("masks a replica that is silent, at each place", (one) => masked(one, null, "silent")),
  check("masks one that says the opposite", (one) => masked(one, { value: off }, "disagrees")),
  check("masks one that is late", (one) => masked(one, { value: off, behind: 5 }, "late")),
  check("is safe when the two that are left differ, and drives again", differ),
  check("is safe when all are silent", silence),
  check("refuses a vote of another cluster", foreign),
  check("hangs, is reset, and goes on with what was declared", hangs, true),
];
