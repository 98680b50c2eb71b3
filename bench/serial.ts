/**
 * What serial lines cost, over pseudo terminals on this machine: how much of the rate is payload,
 * how long a frame takes to and fro at 115200 baud and on a terminal without a rate, and how much
 * processor a thousand frames take, beside UDP on loopback and beside the framing that comes with
 * the serialport package (SLIP, without a checksum). All in one process and in turns, so that the
 * ratios stand on a busy machine as well.
 *
 * Run: node dist/bench/serial.js [turns]
 */
import { SerialPort, SlipDecoder, SlipEncoder } from "serialport";
import { openSerialPort } from "../src/host/serial/open-serial-port.js";
import { openPseudoTerminal, type PseudoTerminal } from "../src/host/serial/pseudo-terminal.js";
import { type LineOptions, StreamLink } from "../src/host/stream-link.js";
import { UdpLink } from "../src/host/udp-link.js";
import { nodeId } from "../src/kernel/ids.js";
import { toByteStream } from "../src/wire/byte-stream.js";
import { median, quantile } from "./median.js";

const baudRate = 115_200;
const lineRate = baudRate / 10;
/** A pseudo terminal has no rate. */
const quick = 100_000_000;
const [one, other] = [nodeId("one"), nodeId("other")];

/** A beat, a sample, and a sample under end-to-end protection of a board with many channels. */
const sizes = [60, 100, 300];
const frameBytes = 100;

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const frameOf = (length: number): Uint8Array =>
  Uint8Array.from({ length }, (_, index) => (index * 37) & 0xff);

function terminal(): PseudoTerminal {
  const opened = openPseudoTerminal();
  if (!opened.ok) throw new Error(opened.reason);
  return opened.terminal;
}

/** A cable on which a byte takes as long as on a line of this rate. */
function join(from: PseudoTerminal, to: PseudoTerminal, bytesPerSecond: number): void {
  let idleAt = 0;
  from.stream.on("data", (bytes: Uint8Array) => {
    idleAt = Math.max(idleAt, performance.now()) + (bytes.length * 1_000) / bytesPerSecond;
    const left = idleAt - performance.now();
    if (left < 0.5) to.stream.write(bytes);
    else setTimeout(() => to.stream.write(bytes), left);
  });
}

interface Ends {
  readonly here: StreamLink;
  readonly there: StreamLink;
  close(): Promise<void>;
}

type Hear = (bytes: Uint8Array) => void;

async function serialEnds(rate: number, hearHere: Hear, hearThere: Hear): Promise<Ends> {
  const [near, far] = [terminal(), terminal()];
  join(near, far, rate);
  join(far, near, rate);
  const lineTo = ({ path }: PseudoTerminal, peer: typeof one): LineOptions => ({
    ...{ name: "bench", peers: [peer], bytesPerSecond: rate },
    open: () => openSerialPort({ path, baudRate }),
  });
  const tell = (trouble: object) => console.log(JSON.stringify(trouble));
  const shared = { onTrouble: tell };
  const here = await StreamLink.open({
    ...{ ...shared, self: one, lines: [lineTo(near, other)], onDatagram: hearHere },
  });
  const there = await StreamLink.open({
    ...{ ...shared, self: other, lines: [lineTo(far, one)], onDatagram: hearThere },
  });
  const close = async (): Promise<void> => {
    await Promise.all([here.close(), there.close()]);
    for (const end of [near, far]) end.close();
  };
  return { here, there, close };
}

/** The line is kept full for a while; what of its rate came out at the far end as frames? */
async function payloadShare(length: number): Promise<number> {
  let received = 0;
  const ends = await serialEnds(
    lineRate,
    () => {},
    (bytes) => {
      received += bytes.length;
    },
  );
  const frame = frameOf(length);
  const feed = setInterval(() => ends.here.send([other], frame), (length * 500) / lineRate);
  await wait(500);
  const began = performance.now();
  received = 0;
  await wait(2_000);
  const seconds = (performance.now() - began) / 1_000;
  const share = received / seconds / lineRate;
  clearInterval(feed);
  await ends.close();
  return share;
}

/** Of one frame to and fro, in milliseconds. */
async function roundTrips(rate: number, count: number): Promise<readonly number[]> {
  let heard = (): void => {};
  const ends: Ends = await serialEnds(
    rate,
    () => heard(),
    (bytes) => ends.there.send([one], bytes),
  );
  const times: number[] = [];
  for (let index = 0; index < count; index += 1) {
    const began = performance.now();
    const back = new Promise<void>((resolve) => {
      heard = resolve;
    });
    ends.here.send([other], frameOf(frameBytes));
    await back;
    times.push(performance.now() - began);
  }
  await ends.close();
  return times;
}

const burst = 20;

/** Sends a thousand frames in bursts, and waits until each has come; CPU in milliseconds. */
async function cpuOf(send: () => void, received: () => number): Promise<number> {
  const before = process.cpuUsage();
  const begins = received();
  for (let sent = 0; sent < 1_000; sent += burst) {
    for (let index = 0; index < burst; index += 1) send();
    // Not by looking again and again, which would be what is measured.
    while (received() - begins < sent + burst) await wait(1);
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

interface Contestant {
  readonly name: string;
  send(): void;
  received(): number;
  close(): Promise<void>;
}

async function ourLine(): Promise<Contestant> {
  let count = 0;
  const ends = await serialEnds(
    quick,
    () => {},
    () => {
      count += 1;
    },
  );
  const frame = frameOf(frameBytes);
  return {
    ...{ name: "serial line", received: () => count, close: () => ends.close() },
    send: () => ends.here.send([other], frame),
  };
}

async function udp(): Promise<Contestant> {
  let count = 0;
  const place = (port: number) => ({ address: "127.0.0.1", port });
  const [a, b] = [place(47_311), place(47_312)];
  const shared = { onTrouble: () => {} };
  const here = await UdpLink.open({
    ...{ ...shared, bind: a, peers: new Map([[other, b]]), onDatagram: () => {} },
  });
  const there = await UdpLink.open({
    ...{ ...shared, bind: b, peers: new Map([[one, a]]) },
    onDatagram: () => {
      count += 1;
    },
  });
  const frame = frameOf(frameBytes);
  return {
    ...{ name: "UDP on loopback", received: () => count },
    send: () => here.send([other], frame),
    close: async () => {
      await Promise.all([here.close(), there.close()]);
    },
  };
}

/** The package alone: its ports, its SLIP, no checksum, no pace and no reopening. */
async function slip(): Promise<Contestant> {
  let count = 0;
  const [near, far] = [terminal(), terminal()];
  join(near, far, quick);
  const [from, to] = await Promise.all([near, far].map(({ path }) => plainPort(path)));
  if (from === undefined || to === undefined) throw new Error("no ports");
  to.pipe(new SlipDecoder()).on("data", () => {
    count += 1;
  });
  const encoder = new SlipEncoder();
  encoder.pipe(from);
  const frame = Buffer.from(frameOf(frameBytes));
  return {
    ...{ name: "serialport with SLIP", received: () => count },
    send: () => encoder.write(frame),
    close: async () => {
      for (const port of [from, to]) await new Promise((done) => port.close(done));
      for (const end of [near, far]) end.close();
    },
  };
}

function plainPort(path: string): Promise<SerialPort> {
  return new Promise((resolve, reject) => {
    const port = new SerialPort({ path, baudRate }, (error) => {
      if (error === null) resolve(port);
      else reject(error);
    });
  });
}

async function benchCpu(turns: number): Promise<void> {
  const contestants = [await ourLine(), await udp(), await slip()];
  const times = contestants.map(() => [] as number[]);
  for (let turn = 0; turn <= turns; turn += 1) {
    for (const [index, { send, received }] of contestants.entries()) {
      const cpu = await cpuOf(send, received);
      // The first turn warms up.
      if (turn > 0) times[index]?.push(cpu);
    }
  }
  await Promise.all(contestants.map(({ close }) => close()));
  const ours = median(times[0] ?? []);
  for (const [index, { name }] of contestants.entries()) {
    const cpu = median(times[index] ?? []);
    console.log(`CPU of 1,000 frames, ${name}: ${cpu.toFixed(1)} ms, ${ratio(cpu / ours)} of ours`);
  }
}

const ratio = (value: number): string => value.toFixed(2);

async function benchRoundTrips(): Promise<void> {
  const lineTime = (2 * toByteStream(frameOf(frameBytes)).length * 1_000) / lineRate;
  const paced = await roundTrips(lineRate, 100);
  const bare = await roundTrips(quick, 500);
  const words = (times: readonly number[]): string =>
    `p50 ${median(times).toFixed(2)} ms, p99 ${quantile(times, 0.99).toFixed(2)} ms`;
  console.log(`round trip of ${frameBytes} bytes on a bare terminal: ${words(bare)}`);
  console.log(`the same at ${baudRate} baud: ${words(paced)}`);
  console.log(
    `the bytes alone take ${lineTime.toFixed(2)} ms there; p50 to that: ` +
      ratio(median(paced) / lineTime),
  );
}

async function main(): Promise<void> {
  const turns = Number(process.argv[2] ?? 15);
  for (const length of sizes) {
    const framed = length / toByteStream(frameOf(length)).length;
    const share = await payloadShare(length);
    console.log(
      `frames of ${length} bytes on a full line of ${baudRate} baud: ${ratio(share)} of its rate ` +
        `is payload; of the framing alone ${ratio(framed)}`,
    );
  }
  await benchRoundTrips();
  await benchCpu(turns);
}

await main();
