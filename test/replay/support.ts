/** A recording of a replica of a bench cluster, and the machine that made it, again. */
import { defineApp } from "../../src/control/app.js";
import { nodeId } from "../../src/kernel/ids.js";
import type { Machine, Timeout } from "../../src/kernel/machine.js";
import { type Instant, millis } from "../../src/kernel/time.js";
import { Node } from "../../src/node/node.js";
import type { NodeInput, NodeOutput } from "../../src/node/ports.js";
import { type EndReason, RecordingEncoder } from "../../src/replay/format.js";
import { keyCheck, type RecordingHeader, recordingSchema } from "../../src/replay/header.js";
import { outlineOf } from "../../src/replay/settings-outline.js";
import { BenchCluster, benchMac } from "../support/bench-cluster.js";

export const app = defineApp({
  name: "thermostat",
  sensors: { temperature: { unit: "degC", min: -40, max: 120, tolerance: 1 } },
  outputs: { heater: { unit: "ratio", min: 0, max: 1, safe: { kind: "value", value: 0 } } },
  initial: { steps: 0 },
  control: ({ state, inputs }) => ({
    state: { steps: state.steps + 1 },
    commands: { heater: (inputs.temperature.value ?? 100) < 20.5 ? 1 : 0 },
  }),
});

const self = nodeId("n1");

/** Notes what a machine is fed and answers. */
class Tapped implements Machine<NodeInput, NodeOutput> {
  readonly lines: string[];
  readonly #machine: Machine<NodeInput, NodeOutput>;
  readonly #encoder: RecordingEncoder;

  constructor(machine: Machine<NodeInput, NodeOutput>, header: RecordingHeader) {
    this.#machine = machine;
    this.#encoder = new RecordingEncoder(header);
    this.lines = [this.#encoder.header];
  }

  step(now: Instant, input: NodeInput | Timeout): readonly NodeOutput[] {
    const outputs = this.#machine.step(now, input);
    this.lines.push(this.#encoder.step(now, input, outputs));
    return outputs;
  }

  deadline(): Instant | null {
    return this.#machine.deadline();
  }

  end(now: Instant, reason: EndReason): void {
    this.lines.push(this.#encoder.end(now, reason));
  }
}

export interface Recorded {
  readonly header: RecordingHeader;
  readonly text: string;
  readonly lines: readonly string[];
  /** The same machine, at its beginning. */
  readonly fresh: () => Node;
}

/** What `n1` of three replicas records while the cluster goes through `course`. */
export function recordCourse(course: (cluster: BenchCluster) => void): Recorded {
  const cluster = new BenchCluster(app, 3);
  const { settings, now } = cluster;
  const header: RecordingHeader = {
    ...{ schema: recordingSchema, node: self, bootId: 1, startedAt: now },
    ...{ wallClock: "2026-11-24T00:00:00.000Z", version: "0.0.0", config: null },
    ...{ keyCheck: keyCheck(benchMac), settings: outlineOf(settings) },
  };
  const fresh = () => new Node({ settings, self, now, bootId: 1, mac: benchMac });
  const tapped = new Tapped(fresh(), header);
  cluster.nodes.set(self, tapped as unknown as Node);
  course(cluster);
  tapped.end(cluster.now, "stopped");
  return { header, text: tapped.lines.join(""), lines: tapped.lines, fresh };
}

/** Three replicas for a few seconds, with losses, a silent sensor, a stop and rubbish. */
export function record(ms = 3_000): Recorded {
  return recordCourse((cluster) => {
    let frames = 0;
    cluster.read = (node, _sensor, at) =>
      node === "n2" && at % 5 === 0 ? null : 20 + (at % 7) / 10;
    // Before anything is lost n1 drives, which is the first to ask; so there is something to write.
    cluster.run(ms / 3);
    cluster.drop = () => {
      frames += 1;
      return frames % 11 === 0;
    };
    cluster.feed(self, { kind: "datagram", bytes: Uint8Array.of(1, 2, 3) });
    cluster.feed(self, { kind: "write-refused", output: "heater", reason: "expired" });
    const tokens = { token: 3, newest: 2 ** 48 - 1 };
    cluster.feed(self, {
      ...{ kind: "write-refused", output: "heater", reason: "stale-token" },
      ...tokens,
    });
    const word = { sensor: "temperature", channel: "n2/temperature", word: "exclude" } as const;
    cluster.feed(self, { kind: "override", ...word });
    cluster.feed(self, { kind: "snooze", length: millis(Math.floor(ms / 3)) });
    cluster.stop(nodeId("n3"));
    cluster.run((2 * ms) / 3);
    cluster.feed(self, { kind: "reboot" });
    cluster.run(100);
  });
}
