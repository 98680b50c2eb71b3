/** A board that hangs, comes back, and ends. */
import assert from "node:assert/strict";
import { after, millis } from "../../../src/kernel/time.js";
import { isRefused, openAs } from "./opening.js";
import { check, checkIf, holdOf, lineOf, measures, plainInput, plainOutput } from "./rig.js";

export const lifeChecks = [
  check("PIN-19: is live when it is, and counts by reasons", async (rig, able) => {
    await rig.settle(able.latency);
    assert.equal(rig.board.health(rig.now()).kind, "live");
    for (const [reason, count] of rig.board.counts()) {
      assert.ok(reason.length > 0 && Number.isSafeInteger(count) && count >= 0, reason);
    }
  }),

  checkIf(
    "PIN-19: a board that hangs says so, makes no old value fresh, and comes back",
    (able) => (able.silentWithin === null ? "it cannot be made to hang" : null),
    async (rig, able) => {
      const [pin] = able.inputs;
      const silence = able.silentWithin ?? millis(0);
      await rig.drive(pin, 1);
      const line = lineOf(rig.board.openInput(rig.now(), pin, plainInput));
      const output = lineOf(rig.board.openOutput(rig.now(), able.outputs[0], plainOutput));
      await rig.settle(holdOf(able));
      await rig.freeze(true);
      const latest = after(rig.now(), able.latency);
      await rig.drive(pin, 0);
      await rig.settle(silence);
      assert.notEqual(rig.board.health(rig.now()).kind, "live");
      const read = line.read(rig.now());
      assert.ok(read.sourceTime <= latest, `sampled at ${read.sourceTime}, frozen at ${latest}`);
      assert.deepEqual(output.write(rig.now(), 1, null), { ok: false, reason: "lost" });
      await rig.freeze(false);
      await rig.settle(silence);
      assert.equal(rig.board.health(rig.now()).kind, "live");
      const again = line.read(rig.now());
      assert.equal(again.value, 0, "it goes on with the lines that were open");
      assert.ok(again.sourceTime > latest);
      assert.deepEqual(output.write(rig.now(), 1, null), { ok: true });
      await measures(rig, able.outputs[0], 1, able);
    },
  ),

  check("PIN-20: a closed line is safe, and takes no more words", async (rig, able) => {
    const [pin] = able.outputs;
    const line = lineOf(rig.board.openOutput(rig.now(), pin, { ...plainOutput, initial: 1 }));
    await measures(rig, pin, 1, able);
    line.close(rig.now());
    line.close(rig.now());
    const closed = { ok: false, reason: "closed" };
    assert.deepEqual(line.write(rig.now(), 1, null), closed);
    assert.deepEqual(line.release(rig.now()), closed);
    if (able.holdsAfterClose) await measures(rig, pin, 0, able);
  }),

  check("PIN-20: a closed input has no edges, and its value grows old", async (rig, able) => {
    const [pin] = able.inputs;
    await rig.drive(pin, 0);
    const request = { ...plainInput, edges: able.edges };
    const line = lineOf(rig.board.openInput(rig.now(), pin, request));
    await rig.settle(able.latency);
    line.close(rig.now());
    line.close(rig.now());
    const closedAt = rig.now();
    await rig.settle(millis(5));
    await rig.drive(pin, 1);
    await rig.settle(able.latency);
    assert.deepEqual(line.takeEdges(rig.now()), { edges: [], missed: 0 });
    assert.ok(line.read(rig.now()).sourceTime <= closedAt);
  }),

  check("PIN-21: close makes every output safe, and ends the board", async (rig, able) => {
    const { board } = rig;
    const [one, other] = able.outputs;
    const up = { kind: "value", value: 1 } as const;
    const first = lineOf(board.openOutput(rig.now(), one, { ...plainOutput, initial: 1 }));
    const second = lineOf(board.openOutput(rig.now(), other, { ...plainOutput, safe: up }));
    await measures(rig, one, 1, able);
    await measures(rig, other, 0, able);
    board.close(rig.now());
    board.close(rig.now());
    const closed = { ok: false, reason: "closed" };
    for (const line of [first, second]) {
      assert.deepEqual(line.write(rig.now(), 1, null), closed);
      assert.deepEqual(line.release(rig.now()), closed);
    }
    for (const use of ["input", "output"] as const) {
      isRefused(openAs(board, rig.now(), able.inputs[0], use), "closed", able.inputs[0]);
    }
    assert.notEqual(board.health(rig.now()).kind, "live");
    await rig.settle(able.latency);
    if (!able.holdsAfterClose) return;
    assert.equal(await rig.measure(one), 0);
    assert.equal(await rig.measure(other), 1);
  }),

  checkIf(
    "PIN-21: a released line that holds does so beyond the close",
    (able) => (able.holdsAfterClose ? null : "a closed line falls back"),
    async (rig, able) => {
      const [pin] = able.outputs;
      const request = { ...plainOutput, initial: 1, safe: { kind: "hold" } } as const;
      lineOf(rig.board.openOutput(rig.now(), pin, request));
      await measures(rig, pin, 1, able);
      rig.board.close(rig.now());
      await measures(rig, pin, 1, able);
    },
  ),
];
