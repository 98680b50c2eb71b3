/** `holdfast firmware`: what is on a serial line, and the cluster that a bridge belongs to. */
import { Command } from "commander";
import { clusterTag, noCluster, tagText } from "../../boards/bridge/cluster-tag.js";
import {
  bindBridge,
  type InspectionOptions,
  inspectFirmware,
} from "../../boards/bridge/inspection.js";
import type { PinRefusal } from "../../boards/pin-board.js";
import { MonotonicClock } from "../host/monotonic-clock.js";
import { seconds } from "../kernel/time.js";
import { CliFailure } from "./exit.js";
import { firmwareText } from "./firmware/text.js";
import { type CliIo, writeJson } from "./io.js";

interface Flags {
  readonly port: string;
  readonly baud: string;
  readonly json?: boolean;
}

interface BindFlags extends Flags {
  readonly cluster: string;
  readonly from?: string;
}

const examples = `
Examples:
  $ holdfast firmware show --port /dev/ttyACM0
  $ holdfast firmware bind --port /dev/ttyACM0 --cluster boiler
  $ holdfast firmware bind --port /dev/ttyACM0 --cluster boiler --from 1A2B

No replica may have the line open meanwhile. show touches no output; both end with 4 when nobody
answers. A bridge that is bound to none is bound by the first replica that opens it; --from is for
one that has come from another cluster, and show tells its tag.`;

/** A board that its port's opening resets is in its boot loader for a second or two. */
const timeout = seconds(5);

const baudMax = 4_000_000;

export function firmwareCommand(io: CliIo): Command {
  return new Command("firmware")
    .description("What firmware is on a serial line, and which cluster it belongs to.")
    .addHelpText("after", examples)
    .addCommand(showOf(io))
    .addCommand(bindOf(io));
}

const withFlags = (command: Command): Command =>
  command
    .requiredOption("-p, --port <path>", "the serial line, such as /dev/ttyACM0")
    .option("--baud <rate>", "its rate, in bits a second", "115200")
    .option("--json", "one JSON object on stdout")
    .addHelpText("after", examples);

const showOf = (io: CliIo): Command =>
  withFlags(new Command("show"))
    .description("Its version, its last reset, its cluster, and what it counts.")
    .action((flags: Flags) => show(io, flags));

const bindOf = (io: CliIo): Command =>
  withFlags(new Command("bind"))
    .description("Has a bridge belong to a cluster.")
    .requiredOption("--cluster <name>", "the cluster that it is to belong to")
    .option("--from <tag>", "the tag of the cluster that it belongs to; left out, to none")
    .action((flags: BindFlags) => bind(io, flags));

async function show(io: CliIo, flags: Flags): Promise<void> {
  const inspected = await inspectFirmware(await lineOf(flags));
  if (!inspected.ok) throw unavailable(flags, inspected);
  const { firmware } = inspected;
  if (!flags.json) {
    io.stdout.write(firmwareText(firmware));
    return;
  }
  const { hello, beat, verdict, line } = firmware;
  const fields = { port: flags.port, hello, beat, verdict, line: Object.fromEntries(line) };
  writeJson(io, "firmware show", fields);
}

async function bind(io: CliIo, flags: BindFlags): Promise<void> {
  const from = tagOf(flags.from);
  const bound = await bindBridge(await lineOf(flags), from, flags.cluster);
  if (!bound.ok) throw unavailable(flags, bound);
  const tag = clusterTag(flags.cluster);
  if (flags.json) writeJson(io, "firmware bind", { port: flags.port, from, cluster: tag });
  else io.stdout.write(`bound to ${flags.cluster} (${tagText(tag)})\n`);
}

async function lineOf({ port, baud }: Flags): Promise<InspectionOptions> {
  const { openSerialPort } = await import("../host/serial/open-serial-port.js");
  const baudRate = Number(baud);
  if (!Number.isInteger(baudRate) || baudRate < 300 || baudRate > baudMax) {
    throw new CliFailure("usage", `--baud: expected a rate from 300 to ${baudMax}, got ${baud}`);
  }
  const open = () => openSerialPort({ path: port, baudRate });
  return { open, baudRate, clock: new MonotonicClock(), timeout };
}

function tagOf(text: string | undefined): number {
  if (text === undefined) return noCluster;
  const tag = /^[0-9a-f]{4}$/i.test(text) ? Number.parseInt(text, 16) : noCluster;
  if (tag !== noCluster) return tag;
  throw new CliFailure("usage", `--from: expected four hexadecimal digits, got ${text}`);
}

const unavailable = ({ port }: Flags, { reason, message }: PinRefusal): CliFailure =>
  new CliFailure("notAvailable", `${port}: ${message}`, { reason });
