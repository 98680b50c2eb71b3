import { describe, expect, it } from "vitest";
import { ControlSocket, socketPath } from "../../src/host/control-socket.js";
import { nodeId } from "../../src/kernel/ids.js";
import { testFolder } from "../host/support/folder.js";
import { jsonOf, run } from "./support/captured-io.js";

describe("holdfast status", () => {
  it("exits with 4 when nobody answers, and says whom it asked", async () => {
    const cwd = await testFolder();
    const none = await run(["status", "--state-dir", "."], { cwd });
    expect([none.code, none.stderr]).toEqual([
      4,
      expect.stringContaining("no replica was started"),
    ]);
    const named = await run(["status", "--state-dir", ".", "--node", "a", "--json"], { cwd });
    expect(named.code).toBe(4);
    expect(jsonOf(named)).toMatchObject({
      error: { silent: [{ node: "a", reason: "no-replica" }] },
    });
    expect((await run(["status", "--state-dir", "./nowhere"], { cwd })).code).toBe(4);
  });

  it("does not call a replica that is just starting an answer", async () => {
    const cwd = await testFolder();
    const path = socketPath(cwd, nodeId("a"));
    const socket = await ControlSocket.open({ path, status: () => null });
    const { code, stderr } = await run(["status", "--state-dir", "."], { cwd });
    await socket.close();
    expect([code, stderr]).toEqual([4, expect.stringContaining("a: it does not answer")]);
  });

  it("refuses a name that can be no node's", async () => {
    const { code } = await run(["status", "--state-dir", ".", "--node", "../x"], { cwd: "/" });
    expect(code).toBe(2);
  });
});
