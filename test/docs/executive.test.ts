/** The examples of docs/scheduling.md, section "The executive": they run, as they stand there. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { LiveExecutive } from "../../src/host/executive/live-executive.js";
import { instant, millis } from "../../src/kernel/time.js";
import type { ExecutiveEvent } from "../../src/scheduling/executive/events.js";
import { Executive } from "../../src/scheduling/executive/executive.js";
import { lock, nextRelease, sleep, unlock } from "../../src/scheduling/executive/requests.js";
import { runVirtually, VirtualTime } from "../../src/scheduling/executive/run-virtually.js";
import { priority } from "../../src/scheduling/priority.js";

const read = (path: string): string => readFileSync(join(process.cwd(), path), "utf8");

/** Without spaces and trailing commas: the formatter breaks lines as it likes. */
const dense = (code: string): string => code.replace(/\s+/g, "").replace(/,([)}\]])/g, "$1");

const section = /^## The executive\n(.*?)(?=^## |$(?![\s\S]))/ms.exec(read("docs/scheduling.md"));
const blocks = (section?.[1] ?? "").match(/(?:^ {4}.*\n|^\n(?= {4}))+/gm) ?? [];

describe("the examples of the executive", () => {
  it("are those of this file, word for word", () => {
    const here = dense(read("test/docs/executive.test.ts"));
    expect(blocks).toHaveLength(4);
    for (const block of blocks) {
      const code = block.replace(/^ *import .*\n/gm, "");
      expect(here).toContain(dense(code));
    }
  });

  it("run", async () => {
    const log: ExecutiveEvent[] = [];
    const lines: string[] = [];
    let steered = 0;
    const steer = () => {
      steered += 1;
    };
    const measure = async () => 7;
    const executive = new LiveExecutive({
      sliceMax: millis(5),
      onEvents: (events) => log.push(...events),
    });
    executive.addLock({ name: "bus", protocol: { kind: "inheritance" } });
    executive.add({
      name: "attitude",
      base: priority(80),
      releases: { kind: "periodic", period: millis(10) },
      deadline: millis(10),
      body: function* () {
        for (;;) {
          const reply = yield lock("bus", millis(2));
          if (reply.kind === "taken") {
            steer();
            yield unlock("bus");
          }
          yield nextRelease;
        }
      },
    });
    const average = await executive.runAsync("survey", priority(10), async (task) => {
      let sum = 0;
      for (let count = 0; count < 3; count += 1) {
        await task.lock("bus");
        try {
          sum += await task.outside(measure());
        } finally {
          await task.unlock("bus");
        }
        await task.pause();
      }
      return sum / 3;
    });
    expect(average).toBe(7);
    expect(steered).toBeGreaterThan(0);
    for (const { task, state, since, holds, waitsFor } of executive.standing())
      lines.push(`${task} is ${state} since ${since}: has ${holds.join()}, wants ${waitsFor}`);
    expect(lines.join("\n")).toMatch(/^attitude is [a-z-]+ since \d+: has (bus)?, wants /);
    expect(await executive.stop("the test is over")).toEqual([]);
  });

  it("run in virtual time", () => {
    const time = new VirtualTime();
    const rehearsal = new Executive({ now: time.now, usualEvents: true });
    rehearsal.add(time.now, {
      name: "attitude",
      base: priority(80),
      body: function* () {
        time.spend(millis(5));
        yield sleep(millis(20));
      },
    });
    runVirtually({ executive: rehearsal, time, until: instant(1_000_000) });
    const finished = rehearsal.drainEvents().find(({ kind }) => kind === "finished");
    expect(finished).toMatchObject({ response: 25_000 });
  });
});
