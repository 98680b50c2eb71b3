/** A config of three replicas on this machine in a folder of its own, for tests that start them. */
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { testFolder } from "../../host/support/folder.js";

export const nodes = ["a", "b", "c"] as const;

const appModule = `
export const app = {
  name: "boiler",
  sensors: { temperature: { unit: "degC", min: 0, max: 120, tolerance: 1 } },
  outputs: { heater: { unit: "ratio", min: 0, max: 1, safe: { kind: "value", value: 0 } } },
  initial: { on: false },
  control: ({ state, inputs }) => ({ state, commands: { heater: inputs.temperature.value / 120 } }),
};
`;

export interface ClusterFolder {
  readonly path: string;
  readonly ports: readonly number[];
}

/**
 * @param more lines of the config beside those that every config has
 * @param host where the replicas listen: 127.0.0.1, or [::1]
 */
export async function clusterFolder(more = "", host = "127.0.0.1"): Promise<ClusterFolder> {
  const ports = await freePorts(nodes.length, host);
  return {
    path: await folderOf(
      ports.map((port) => `${host}:${port}`),
      more,
    ),
    ports,
  };
}

/** @param addresses where the replicas listen, one for each */
export async function folderOf(addresses: readonly string[], more: string): Promise<string> {
  const path = await testFolder();
  await writeFile(join(path, "app.mjs"), appModule);
  await writeFile(join(path, "key"), "00112233445566778899aabbccddeeff\n", { mode: 0o600 });
  const lines = [
    ...["cluster: test", "keyFile: key", "app: app.mjs", "board: { kind: mock }", "nodes:"],
    ...nodes.map((id, index) => `  - { id: ${id}, address: "${addresses[index]}" }`),
    "recorder: {}",
    more,
  ];
  await writeFile(join(path, "holdfast.yaml"), `${lines.join("\n")}\n`);
  return path;
}

/** Free a moment ago; all were held at once, so they differ. */
export async function freePorts(count: number, host = "127.0.0.1"): Promise<readonly number[]> {
  const type = host.startsWith("[") ? "udp6" : "udp4";
  const sockets = Array.from({ length: count }, () => createSocket(type));
  for (const socket of sockets) {
    socket.bind(0, host.replace(/^\[|\]$/g, ""));
    await once(socket, "listening");
  }
  const ports = sockets.map((socket) => socket.address().port);
  for (const socket of sockets) socket.close();
  return ports;
}
