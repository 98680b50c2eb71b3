/**
 * What an idle member costs its network: bytes and datagrams a second that each agent of a quiet
 * fleet sends, for fleets of several sizes, by detector and profile. The agents live in one
 * process, each with a socket of its own on loopback; what they hand to the kernel is counted
 * there.
 *
 * Run: node dist/bench/detection/idle.js [seconds]
 */
import { Socket } from "node:dgram";
import { cpus } from "node:os";
import { detectors } from "../../src/detection/detectors.js";
import { LiveAgent } from "../../src/host/live-agent.js";
import { nodeId } from "../../src/kernel/ids.js";
import { Prng } from "../../src/kernel/prng.js";
import { Membership } from "../../src/membership/membership.js";
import { type ProfileName, profileOf } from "../../src/membership/profiles.js";
import { hmacSha256 } from "../../src/wire/mac.js";

interface Setting {
  readonly detector: string;
  readonly profile: ProfileName;
}

const settings: readonly Setting[] = [
  { detector: "swim", profile: "local" },
  { detector: "swim", profile: "lan" },
  { detector: "all-to-all", profile: "lan" },
];
const sizes = [3, 10, 50];

/** Of IPv4 and UDP, in bytes. */
const headerBytes = 28;

/** After the last has joined, until news of it has been told. */
const settleMs = 8_000;
const joinMaxMs = 90_000;

const membersMax = 64;
const mac = hmacSha256(new Uint8Array(32).fill(1));
const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const sent = { bytes: 0, datagrams: 0 };

function countWhatIsSent(): void {
  const { send } = Socket.prototype;
  Socket.prototype.send = function counted(this: Socket, ...words: unknown[]): void {
    sent.datagrams += 1;
    sent.bytes += (words[0] as Uint8Array).length;
    Reflect.apply(send, this, words);
  };
}

function start({ detector, profile }: Setting, index: number, seed: string | null) {
  const kind = detectors.get(detector);
  if (kind === undefined) throw new Error(`there is no ${detector}`);
  const { settings: times, detectorSettings, latenessMax } = profileOf(profile);
  const self = nodeId(`node-${String(index).padStart(2, "0")}`);
  const admission = { kind: "open", membersMax } as const;
  return LiveAgent.start({
    agent: {
      ...{ cluster: "bench", self, mac, membersMax, latenessMax },
      makeMembership: (now, life) =>
        new Membership({
          ...{ now, self, life, address: null, roster: [self], rosterStarts: "expected" },
          ...{ settings: { ...times, admission }, detector: kind, detectorSettings },
          dice: new Prng(life + index),
        }),
    },
    bind: { address: "127.0.0.1", port: 0 },
    ...{ seeds: seed === null ? [] : [seed], stateDir: null, faultsAllowed: false },
    onEvent: () => {},
    onWarning: (text) => console.error(text),
  });
}

const aliveIn = (agent: LiveAgent): number =>
  agent.status()?.agent.members.filter(({ state }) => state === "alive").length ?? 0;

async function untilAllKnow(agents: readonly LiveAgent[]): Promise<void> {
  for (let waited = 0; waited < joinMaxMs; waited += 200) {
    if (agents.every((agent) => aliveIn(agent) === agents.length)) return;
    await wait(200);
  }
  throw new Error("the fleet never became whole");
}

async function measure(setting: Setting, size: number, seconds: number): Promise<void> {
  const first = await start(setting, 0, null);
  const agents = [first];
  try {
    const seed = `127.0.0.1:${first.port}`;
    for (let index = 1; index < size; index += 1) agents.push(await start(setting, index, seed));
    await untilAllKnow(agents);
    await wait(settleMs);
    const before = { ...sent };
    const began = performance.now();
    await wait(seconds * 1_000);
    const each = (size * (performance.now() - began)) / 1_000;
    const datagrams = (sent.datagrams - before.datagrams) / each;
    const bytes = (sent.bytes - before.bytes) / each;
    const doubted = agents.filter((agent) => aliveIn(agent) < size).length;
    console.log(
      `${size} members, ${setting.detector}, ${setting.profile}: ` +
        `${datagrams.toFixed(2)} datagrams and ${bytes.toFixed(0)} bytes a second and member, ` +
        `${(bytes + headerBytes * datagrams).toFixed(0)} with headers` +
        (doubted > 0 ? `; ${doubted} of the views were not whole in the end` : ""),
    );
  } finally {
    await Promise.all(agents.map((agent) => agent.stop()));
  }
}

const [seconds = 30] = process.argv.slice(2).map(Number);
console.log(`machine: ${cpus()[0]?.model}, ${cpus().length} cores, node ${process.version}`);
countWhatIsSent();
for (const setting of settings) {
  for (const size of sizes) await measure(setting, size, seconds);
}
