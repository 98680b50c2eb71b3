/**
 * An app whose control function works for a while and then never returns: nothing in its own thread
 * can notice, so the watchdog must. The twin, which always returns, must be left alone (DOGT-1).
 */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { isBuilt, program, type Started, startNode } from "../host/support/built.js";
import { testFolder } from "../host/support/folder.js";
import { freePorts } from "./support/cluster-folder.js";

/**
 * Of an app that says on stdout when it has worked for `saysAfter` cycles, then hangs or goes on.
 */
const appModule = (saysAfter: number, hangs: boolean): string => `
export const app = {
  name: "counter",
  sensors: { temperature: { unit: "degC", min: 0, max: 120, tolerance: 1 } },
  outputs: { heater: { unit: "ratio", min: 0, max: 1, safe: { kind: "value", value: 0 } } },
  initial: { cycles: 0 },
  control: ({ state }) => {
    if (state.cycles === ${saysAfter}) {
      process.stdout.write("worked for ${saysAfter} cycles\\n");
      while (${hangs});
    }
    return { state: { cycles: state.cycles + 1 }, commands: { heater: 0.5 } };
  },
};
`;

async function startAlone(saysAfter: number, hangs: boolean): Promise<Started> {
  const path = await testFolder();
  const [port] = await freePorts(1);
  const lines = [
    "cluster: alone",
    "key: 00112233445566778899aabbccddeeff",
    "app: app.mjs",
    "board: { kind: mock }",
    `nodes: [{ id: a, address: "127.0.0.1:${port}" }]`,
    "timing: { cycle: 50ms, watchdog: 1s }",
  ];
  await writeFile(join(path, "holdfast.yaml"), `${lines.join("\n")}\n`, { mode: 0o600 });
  await writeFile(join(path, "app.mjs"), appModule(saysAfter, hangs));
  return startNode([program, "run", "--node", "a"], { cwd: path });
}

const files = ["src/cli/main.js", "src/host/watchdog/dog-thread.js"];

describe.skipIf(!isBuilt(files))("the watchdog of a replica whose app", () => {
  it("never returns, after it has worked for a while: kills it, and says so", async () => {
    const { ended, has } = await startAlone(20, true);
    await has("worked for 20 cycles");
    const { code, signal, stderr } = await ended;
    expect([code, signal]).toEqual([null, "SIGKILL"]);
    const bites = stderr.split("\n").filter((line) => line.includes("was not petted for"));
    expect(bites).toHaveLength(1);
    expect(JSON.parse(bites[0] ?? "")).toMatchObject({ level: 60, node: "a", timeout: 1_000 });
  });

  it("always returns: leaves it alone for much longer than its patience", async () => {
    const { child, ended, has } = await startAlone(60, false);
    await has("worked for 60 cycles");
    child.kill("SIGTERM");
    const { code, signal, stderr } = await ended;
    expect([code, signal]).toEqual([0, null]);
    expect(stderr).not.toContain("was not petted for");
  });
});
