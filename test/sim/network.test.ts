/** Each primitive of the network does what it says: an inert double is worse than none. */
import { describe, expect, it } from "vitest";
import { Prng } from "../../src/kernel/prng.js";
import { micros, millis } from "../../src/kernel/time.js";
import { Effect } from "../../src/sim/effect.js";
import { type LinkFault, type LinkModel, Network } from "../../src/sim/network.js";
import { type TrueTime, trueTime } from "../../src/sim/true-time.js";

const perfect: LinkModel = {
  delay: { kind: "uniform", min: micros(100), max: micros(100) },
  loss: 0,
  duplication: 0,
  reordering: 0,
  reorderDelay: micros(0),
  corruption: 0,
};

interface Arrival {
  readonly at: TrueTime;
  readonly target: number;
  readonly bytes: Uint8Array;
}

function bench(model: Partial<LinkModel> = {}, seed = 1) {
  const arrivals: Arrival[] = [];
  const network = new Network({
    nodeCount: 3,
    model: { ...perfect, ...model },
    dice: new Prng(seed),
    deliver: (at, target, bytes) => arrivals.push({ at, target, bytes }),
  });
  return { network, arrivals };
}

const frame = (number: number): Uint8Array => new Uint8Array([number >> 8, number & 255, 7, 7]);
const numberOf = ({ bytes }: Arrival): number => ((bytes[0] as number) << 8) | (bytes[1] as number);

/** Sends frames 0, 1, 2 ... from 0 to 1, 1 ms apart. */
function sendMany(network: Network, count: number): void {
  for (let index = 0; index < count; index += 1) {
    network.send(trueTime(1_000 * index), 0, 1, frame(index));
  }
}

const fault = (more: Partial<LinkFault>): LinkFault => ({
  blocked: false,
  loss: 0,
  duplication: 0,
  reordering: 0,
  reorderDelay: micros(0),
  corruption: 0,
  delay: null,
  effect: new Effect(),
  ...more,
});

/** Four standard deviations of a binomial share. */
const slack = (share: number, count: number): number =>
  4 * Math.sqrt((share * (1 - share)) / count);

const count = 5_000;

describe("the network without faults (SIM-3)", () => {
  it("delivers every frame once, unchanged, after its delay", () => {
    const { network, arrivals } = bench();
    sendMany(network, count);
    expect(arrivals).toHaveLength(count);
    for (const [index, arrival] of arrivals.entries()) {
      expect(arrival).toEqual({ at: 1_000 * index + 100, target: 1, bytes: frame(index) });
    }
    expect(network.counts).toMatchObject({ sent: count, lost: 0, duplicated: 0, reordered: 0 });
  });

  it("draws a uniform delay over the whole range, its ends included", () => {
    const { network, arrivals } = bench({
      delay: { kind: "uniform", min: micros(100), max: micros(109) },
    });
    sendMany(network, count);
    const delays = arrivals.map((arrival) => arrival.at - 1_000 * numberOf(arrival));
    const seen = new Map<number, number>();
    for (const delay of delays) seen.set(delay, (seen.get(delay) ?? 0) + 1);
    expect([...seen.keys()].sort()).toEqual([100, 101, 102, 103, 104, 105, 106, 107, 108, 109]);
    for (const times of seen.values())
      expect(Math.abs(times / count - 0.1)).toBeLessThan(slack(0.1, count));
  });

  it("draws a normal delay with its mean and deviation, and cuts its tails", () => {
    const [mean, deviation] = [micros(1_000), micros(100)];
    const { network, arrivals } = bench({
      delay: { kind: "normal", mean, deviation, min: micros(850), max: micros(1_300) },
    });
    sendMany(network, count);
    const delays = arrivals.map((arrival) => arrival.at - 1_000 * numberOf(arrival));
    expect(Math.min(...delays)).toBe(850);
    expect(Math.max(...delays)).toBeLessThanOrEqual(1_300);
    const average = delays.reduce((sum, delay) => sum + delay, 0) / count;
    expect(Math.abs(average - mean)).toBeLessThan(10);
    const below = delays.filter((delay) => delay < 900).length / count;
    expect(Math.abs(below - 0.1587)).toBeLessThan(0.03);
  });

  it.each([0.01, 0.1, 0.5])("loses the share %d of the frames", (loss) => {
    const { network, arrivals } = bench({ loss });
    sendMany(network, count);
    expect(arrivals.length).toBe(count - network.counts.lost);
    expect(Math.abs(network.counts.lost / count - loss)).toBeLessThan(slack(loss, count));
  });

  it("doubles frames, and each copy comes whole", () => {
    const { network, arrivals } = bench({ duplication: 0.2 });
    sendMany(network, count);
    expect(arrivals.length).toBe(count + network.counts.duplicated);
    expect(Math.abs(network.counts.duplicated / count - 0.2)).toBeLessThan(slack(0.2, count));
  });

  it("reorders by letting frames wait: some come before frames that were sent earlier", () => {
    const { network, arrivals } = bench({ reordering: 0.1, reorderDelay: millis(5) });
    sendMany(network, count);
    const inOrder = [...arrivals].sort((one, other) => one.at - other.at).map(numberOf);
    const overtaken = inOrder.filter((number, index) => number < (inOrder[index - 1] ?? 0)).length;
    expect(overtaken).toBeGreaterThan(100);
    expect(network.counts.reordered).toBeGreaterThan(100);
  });

  it("corrupts by turning one bit of a copy: the sender's frame stays as it is", () => {
    const { network, arrivals } = bench({ corruption: 0.3 });
    const sent = frame(0);
    for (let index = 0; index < count; index += 1) network.send(trueTime(index), 0, 1, sent);
    expect(sent).toEqual(frame(0));
    const turned = arrivals.map(({ bytes }) => bitsBetween(bytes, sent));
    expect(new Set(turned)).toEqual(new Set([0, 1]));
    const corrupted = turned.filter((bits) => bits === 1).length;
    expect(corrupted).toBe(network.counts.corrupted);
    expect(Math.abs(corrupted / count - 0.3)).toBeLessThan(slack(0.3, count));
  });

  it("gives each link dice of its own", () => {
    const fates = (alsoUseOther: boolean): boolean[] => {
      const { network, arrivals } = bench({ loss: 0.5 });
      for (let index = 0; index < 200; index += 1) {
        if (alsoUseOther) network.send(trueTime(index), 0, 2, frame(index));
        network.send(trueTime(index), 0, 1, frame(index));
      }
      const arrived = new Set(arrivals.filter(({ target }) => target === 1).map(numberOf));
      return Array.from({ length: 200 }, (_, index) => arrived.has(index));
    };
    expect(fates(true)).toEqual(fates(false));
  });
});

function bitsBetween(one: Uint8Array, other: Uint8Array): number {
  let bits = 0;
  for (const [index, byte] of one.entries()) {
    for (let rest = byte ^ (other[index] as number); rest > 0; rest >>= 1) bits += rest & 1;
  }
  return bits;
}

describe("faults laid over links (SIM-4)", () => {
  it("block one direction and no other", () => {
    const { network, arrivals } = bench();
    const cut = fault({ blocked: true });
    network.addFault(0, 1, cut);
    for (const [source, target] of [
      [0, 1],
      [1, 0],
      [0, 2],
    ] as const) {
      network.send(trueTime(5), source, target, frame(1));
    }
    expect(arrivals.map(({ target }) => target)).toEqual([0, 2]);
    expect(cut.effect).toMatchObject({ count: 1, firstAt: 5 });
    expect(network.counts.blocked).toBe(1);
  });

  it("end", () => {
    const { network, arrivals } = bench();
    const cut = fault({ blocked: true });
    network.addFault(0, 1, cut);
    network.removeFault(0, 1, cut);
    network.send(trueTime(5), 0, 1, frame(1));
    expect(arrivals).toHaveLength(1);
    expect(cut.effect.count).toBe(0);
  });

  it.each<[string, Partial<LinkFault>, (counts: Network["counts"]) => number]>([
    ["loss", { loss: 0.25 }, (counts) => counts.lost],
    ["duplication", { duplication: 0.25 }, (counts) => counts.duplicated],
    ["corruption", { corruption: 0.25 }, (counts) => counts.corrupted],
  ])("add %s, and count each frame that they touch", (_, more, countOf) => {
    const { network } = bench();
    const laid = fault(more);
    network.addFault(0, 1, laid);
    sendMany(network, count);
    expect(laid.effect.count).toBe(countOf(network.counts));
    expect(Math.abs(laid.effect.count / count - 0.25)).toBeLessThan(2 * slack(0.25, count));
  });

  it("delay every frame by what they say", () => {
    const { network, arrivals } = bench();
    const delay = { kind: "uniform", min: millis(2), max: millis(2) } as const;
    const slower = fault({ delay });
    network.addFault(0, 1, slower);
    sendMany(network, 10);
    for (const arrival of arrivals) expect(arrival.at).toBe(1_000 * numberOf(arrival) + 2_100);
    expect(slower.effect.count).toBe(10);
  });

  it("of no strength change nothing, and say so", () => {
    const [plain, faulty] = [bench(), bench()];
    const idle = fault({});
    faulty.network.addFault(0, 1, idle);
    sendMany(plain.network, 100);
    sendMany(faulty.network, 100);
    expect(faulty.arrivals).toEqual(plain.arrivals);
    expect(idle.effect).toMatchObject({ count: 0, firstAt: null });
  });

  it("are refused twice on one link, and on the link to oneself", () => {
    const { network } = bench();
    const cut = fault({ blocked: true });
    network.addFault(0, 1, cut);
    expect(() => network.addFault(0, 1, cut)).toThrow("twice");
    expect(() => network.send(trueTime(0), 1, 1, frame(0))).toThrow("no link");
  });
});
