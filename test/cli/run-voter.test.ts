/** A replica with a line to an output voter on a pseudo terminal. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { clusterTag } from "../../boards/bridge/cluster-tag.js";
import { payloadBytesMax } from "../../boards/bridge/frames.js";
import { openPseudoTerminal } from "../../src/host/serial/pseudo-terminal.js";
import { ByteStreamReader, toByteStream } from "../../src/wire/byte-stream.js";
import { at16, helloBytes } from "../boards/bridge/support/device-bytes.js";
import { until } from "../boards/bridge/support/live-device.js";
import { isBuilt, program, startNode } from "../host/support/built.js";
import { clusterFolder } from "./support/cluster-folder.js";

const pseudo = openPseudoTerminal();
if (pseudo.ok) pseudo.terminal.close();
const able = pseudo.ok && isBuilt(["src/cli/main.js"]);

/** A voter that takes everything and says nothing of its own but hello. */
function plugged(): { readonly path: string; readonly declared: Uint8Array[] } {
  const opened = openPseudoTerminal();
  if (!opened.ok) throw new Error(opened.reason);
  const { stream, path, close } = opened.terminal;
  const declared: Uint8Array[] = [];
  const say = (payload: Uint8Array): void => {
    stream.write(toByteStream(payload));
  };
  const reader = new ByteStreamReader(payloadBytesMax);
  stream.on("data", (bytes: Buffer) => {
    for (const payload of reader.push(bytes)) {
      if (payload[0] === 0x02) say(helloBytes({ device: 2, pins: 4 }));
      if (payload[0] !== 0x31) continue;
      declared.push(payload);
      say(Uint8Array.of(0x33, payload[3] ?? 0, payload[4] ?? 0, 0, payload[5] ?? 0));
    }
  });
  onTestFinished(close);
  return { path, declared };
}

async function votingConfig(
  port: string,
): Promise<{ readonly cwd: string; readonly file: string }> {
  const { path: cwd } = await clusterFolder(
    "stateDir: .\noutputs: { heater: { right: voter } }\nwatchdog: { device: none }",
  );
  const file = join(cwd, "holdfast.yaml");
  const voter = `voter: { port: ${port}, outputs: { heater: { pin: D7, as: pwm } } }\n`;
  await writeFile(file, (await readFile(file, "utf8")) + voter);
  return { cwd, file };
}

it.skipIf(!able)("VOTES-11: a replica declares its voted outputs to the voter", async () => {
  const { path: port, declared } = plugged();
  const { cwd } = await votingConfig(port);
  const { child, has, ended } = startNode([program, "run", "--node", "a"], { cwd });
  await has("a of ");
  await until(() => declared.length > 0, "it declares");
  const [payload = new Uint8Array(16)] = declared;
  expect(at16(payload, 1)).toBe(clusterTag("test"));
  expect([payload[5], payload[6]]).toEqual([2, 4]);
  child.kill("SIGTERM");
  expect((await ended).code).toBe(0);
});

it.skipIf(!able)("VOTES-11: a start that is refused gives the line to the voter back", async () => {
  const { cwd, file } = await votingConfig(plugged().path);
  const first = startNode([program, "run", "--node", "a"], { cwd });
  await first.has("a of ");
  const other = (await readFile(file, "utf8")).replace(
    /port: \/dev\S+,/,
    `port: ${plugged().path},`,
  );
  await writeFile(join(cwd, "other.yaml"), other);
  const second = startNode([program, "run", "--config", "other.yaml", "--node", "a"], { cwd });
  expect((await second.ended).code).toBe(4);
  first.child.kill("SIGTERM");
  expect((await first.ended).code).toBe(0);
});
