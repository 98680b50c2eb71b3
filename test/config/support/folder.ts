/** A folder of config files for one test: written, used, removed. */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { ConfigLoad, LoadOptions } from "../../../src/config/assemble.js";
import { loadConfig } from "../../../src/config/load.js";
import { formatProblem } from "../../../src/config/problem.js";

export const appModule = `
export const app = {
  name: "boiler",
  sensors: { temperature: { unit: "degC", min: 0, max: 120, tolerance: 0.5 } },
  outputs: { heater: { unit: "ratio", min: 0, max: 1, safe: { kind: "value", value: 0 } } },
  initial: { on: false },
  control: ({ state }) => ({ state, commands: { heater: 0 } }),
};
`;

export const keyHex = "00112233445566778899aabbccddeeff";

/** A config without fault; the line numbers of the tests count in it. */
export const soundConfig = `cluster: boiler
keyFile: key
app: app.mjs
nodes:
  - { id: a, address: "10.0.0.1:7400" }
  - { id: b, address: "10.0.0.2:7400" }
  - { id: c, address: "[fe80::3]:7400" }
board: { kind: mock }
`;

export class ConfigFolder {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /** With an app and a key that only the owner can read. */
  static async make(): Promise<ConfigFolder> {
    const folder = new ConfigFolder(await mkdtemp(join(tmpdir(), "holdfast-config-")));
    await folder.write("app.mjs", appModule);
    await folder.write("key", `${keyHex}\n`, 0o600);
    return folder;
  }

  async write(name: string, content: string | Uint8Array, mode = 0o644): Promise<void> {
    const file = join(this.path, name);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content, { mode });
  }

  async load(config: string, options: Partial<LoadOptions> = {}): Promise<ConfigLoad> {
    await this.write("holdfast.yaml", config);
    return loadConfig("holdfast.yaml", { env: {}, cwd: this.path, ...options });
  }

  async remove(): Promise<void> {
    await rm(this.path, { recursive: true });
  }
}

/** As people see them. Empty for a config that was accepted. */
export const problemLines = (load: ConfigLoad): readonly string[] =>
  load.ok ? [] : load.problems.map(formatProblem);

export const warningLines = (load: ConfigLoad): readonly string[] =>
  load.warnings.map(formatProblem);

/** The settings and values of a config that must be accepted. */
export function accepted(load: ConfigLoad): Extract<ConfigLoad, { readonly ok: true }> {
  if (!load.ok) throw new Error(`refused:\n${problemLines(load).join("\n")}`);
  return load;
}
