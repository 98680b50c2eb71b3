/** The flags of `holdfast agent`: read, held against one another, or refused. */
import { randomInt } from "node:crypto";
import { resolve } from "node:path";
import { keyFromHex, readKeyFile } from "../../config/key-file.js";
import { parseDuration } from "../../config/quantity.js";
import { suggestion } from "../../config/suggest.js";
import type { DetectorKind } from "../../detection/detector.js";
import { detectors } from "../../detection/detectors.js";
import { formatAddress, type HostPort, parseAddress } from "../../host/address.js";
import type { LiveAgentOptions } from "../../host/live-agent.js";
import { nodeIdLengthMax, parseNodeId } from "../../kernel/ids.js";
import { Prng } from "../../kernel/prng.js";
import { type Duration, millis } from "../../kernel/time.js";
import { seedsMax } from "../../membership/joining.js";
import { Membership } from "../../membership/membership.js";
import { type ProfileName, profileNames, profileOf } from "../../membership/profiles.js";
import { hmacSha256, type Mac } from "../../wire/mac.js";
import { CliFailure } from "../exit.js";
import type { CliIo } from "../io.js";
import { paintFor } from "../terminal.js";

export interface AgentFlags {
  readonly name: string;
  readonly bind: string;
  readonly advertise?: string;
  readonly join?: readonly string[];
  readonly cluster?: string;
  readonly keyFile?: string;
  readonly stateDir?: string;
  readonly detector: string;
  readonly profile: string;
  readonly period?: string;
  readonly membersMax: string;
  readonly json?: boolean;
}

export type AgentSettings = Omit<LiveAgentOptions, "onEvent" | "onWarning">;

const periodMin = millis(10);
const membersMin = 2;
const membersMost = 16_384;
const clusterLengthMax = 64;

/** Everything that can be refused is refused here, before a socket is opened. */
export async function settingsOf(io: CliIo, flags: AgentFlags): Promise<AgentSettings> {
  const stateDir = flags.stateDir ?? io.env["HOLDFAST_STATE_DIR"];
  return {
    ...addressesOf(flags),
    agent: machineOf(flags, clusterOf(io, flags), await macOf(io, flags)),
    stateDir: stateDir ? resolve(io.cwd, stateDir) : null,
    faultsAllowed: false,
  };
}

function addressesOf(flags: AgentFlags): Pick<AgentSettings, "bind" | "seeds"> {
  const seeds = (flags.join ?? []).map((seed) => formatAddress(addressIn("--join", seed)));
  if (seeds.length > seedsMax) refuse(`--join: expected at most ${seedsMax} of them`);
  return { bind: bindOf(flags.bind), seeds };
}

function machineOf(flags: AgentFlags, cluster: string, mac: Mac): AgentSettings["agent"] {
  const self = parseNodeId(flags.name);
  if (self === null) {
    const expected = `lower-case letters, digits and -, at most ${nodeIdLengthMax}`;
    return refuse(`--name: expected ${expected}, got ${JSON.stringify(flags.name)}`);
  }
  const { advertise } = flags;
  const address =
    advertise === undefined ? null : formatAddress(addressIn("--advertise", advertise));
  const detector = detectorOf(flags.detector);
  const membersMax = membersMaxOf(flags.membersMax);
  const { settings, detectorSettings, latenessMax } = profileOf(profileIn(flags), periodOf(flags));
  const admission = { kind: "open", membersMax } as const;
  return {
    ...{ self, cluster, mac, membersMax, latenessMax },
    makeMembership: (now, life) =>
      new Membership({
        ...{ now, self, life, address, roster: [self], rosterStarts: "expected" },
        ...{ settings: { ...settings, admission }, detector, detectorSettings },
        dice: new Prng(randomInt(2 ** 47)),
      }),
  };
}

function clusterOf(io: CliIo, flags: AgentFlags): string {
  const cluster = flags.cluster ?? io.env["HOLDFAST_CLUSTER"] ?? "";
  if (cluster === "") refuse("missing: expected --cluster, the name of the fleet");
  if (cluster.length > clusterLengthMax) {
    refuse(`--cluster: expected at most ${clusterLengthMax} characters`);
  }
  return cluster;
}

/** As in a config: the flag beats HOLDFAST_KEY, and two of one height contradict each other. */
async function macOf(io: CliIo, { keyFile }: AgentFlags): Promise<Mac> {
  if (keyFile !== undefined) return macOfFile(io, keyFile);
  const [key, file] = [io.env["HOLDFAST_KEY"] ?? "", io.env["HOLDFAST_KEY_FILE"] ?? ""];
  if (key !== "" && file !== "") {
    throw new CliFailure("usage", "expected HOLDFAST_KEY or HOLDFAST_KEY_FILE, not both");
  }
  if (file !== "") return macOfFile(io, file);
  if (key === "") {
    refuse("missing: expected --key-file (openssl rand -hex 32 makes a key) or HOLDFAST_KEY");
  }
  const bytes = keyFromHex(key);
  if (bytes !== null) return hmacSha256(bytes);
  // The message must not carry the key into a log: it may be right but for one digit.
  const expected = "32 to 128 hexadecimal digits (16 to 64 bytes)";
  return refuse(`HOLDFAST_KEY: expected ${expected}, got ${key.length} characters`);
}

async function macOfFile(io: CliIo, keyFile: string): Promise<Mac> {
  const reading = await readKeyFile(resolve(io.cwd, keyFile));
  if (!reading.ok) throw new CliFailure("invalidFile", `the key: ${reading.message}`);
  if (reading.warning !== null) {
    io.stderr.write(`${paintFor(io, io.stderr)("warning", "warning:")} ${reading.warning}\n`);
  }
  return hmacSha256(reading.key);
}

/** Port 0 lets the kernel choose: others learn the address from what this agent sends. */
function bindOf(text: string): HostPort {
  const isAny = /:0+$/.test(text);
  const parsed = addressIn("--bind", isAny ? text.replace(/:0+$/, ":1") : text);
  return isAny ? { ...parsed, port: 0 } : parsed;
}

function addressIn(flag: string, text: string): HostPort {
  const parsed = parseAddress(text);
  if (parsed.ok) return parsed.value;
  return refuse(`${flag}: expected ${parsed.expected}, got ${JSON.stringify(text)}`);
}

function detectorOf(name: string): DetectorKind {
  const kind = detectors.get(name);
  if (kind !== undefined) return kind;
  const known = [...detectors.keys()];
  return refuse(`--detector: no detector ${JSON.stringify(name)}${suggestion(name, known)}`);
}

function profileIn({ profile }: AgentFlags): ProfileName {
  const known = profileNames.find((name) => name === profile);
  return known ?? refuse(`--profile: expected one of ${profileNames.join(", ")}, got ${profile}`);
}

function periodOf({ period }: AgentFlags): Duration | undefined {
  if (period === undefined) return undefined;
  const parsed = parseDuration(period);
  if (!parsed.ok) return refuse(`--period: expected ${parsed.expected}, got ${period}`);
  return parsed.value >= periodMin ? parsed.value : refuse("--period: expected at least 10ms");
}

function membersMaxOf(text: string): number {
  const count = /^[0-9]{1,6}$/.test(text) ? Number(text) : 0;
  if (count >= membersMin && count <= membersMost) return count;
  return refuse(
    `--members-max: expected a count from ${membersMin} to ${membersMost}, got ${text}`,
  );
}

function refuse(message: string): never {
  throw new CliFailure("usage", message);
}
