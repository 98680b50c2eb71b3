/**
 * Three Raft cores in one process, with disks and links that cost nothing: what the core itself and
 * its encoding take of a command, and so the most that a cluster of three processes could do.
 *
 *     node dist/bench/replication/core.js [clients] [seconds]
 */
import { type NodeId, nodeId } from "../../src/kernel/ids.js";
import { Prng } from "../../src/kernel/prng.js";
import { type Instant, instant, millis } from "../../src/kernel/time.js";
import { encodeMessage, parseMessage } from "../../src/replication/raft/encoding.js";
import type { RaftInput, RaftOutput } from "../../src/replication/raft/ports.js";
import { Raft } from "../../src/replication/raft/raft.js";
import { decodeBody, encodeBody } from "../../src/wire/cbor.js";

const names = ["a", "b", "c"].map(nodeId);
const command = new Uint8Array(100).fill(7);
const clockStart = 1_000_000;

interface Event {
  readonly to: NodeId;
  readonly input: RaftInput;
}

class Three {
  readonly #rafts = new Map<NodeId, Raft>();
  #events: Event[] = [];
  #now = instant(clockStart);
  #steps = 0;
  #messages = 0;
  committed = 0;
  leader: NodeId | null = null;

  constructor() {
    const bootstrap = new Map(names.map((name) => [name, "voter"] as const));
    for (const self of names) {
      const raft = new Raft({
        now: this.#now,
        self,
        recovered: { meta: null, snapshot: null, entries: [] },
        bootstrap,
        life: 1,
        dice: new Prng(1).split(self),
        heartbeat: millis(100),
        electionTimeoutMin: millis(1_000),
        electionTimeoutMax: millis(2_000),
        driftMaxPpm: 200,
        leaseReads: false,
      });
      this.#rafts.set(self, raft);
    }
  }

  get counts(): { readonly steps: number; readonly messages: number } {
    return { steps: this.#steps, messages: this.#messages };
  }

  put(to: NodeId, input: RaftInput): void {
    this.#events.push({ to, input });
  }

  /** One turn of the event loop everywhere: what came before it is handled, timers run. */
  turn(now: Instant): void {
    this.#now = now;
    const events = this.#events;
    this.#events = [];
    for (const { to, input } of events) this.#step(to, input);
    for (const [name, raft] of this.#rafts) {
      const deadline = raft.deadline();
      if (deadline !== null && deadline <= now) this.#step(name, { kind: "timeout" });
    }
  }

  #step(name: NodeId, input: RaftInput | { readonly kind: "timeout" }): void {
    this.#steps += 1;
    const outputs = this.#rafts.get(name)?.step(this.#now, input) ?? [];
    for (const output of outputs) this.#carry(name, output);
  }

  #carry(from: NodeId, output: RaftOutput): void {
    switch (output.kind) {
      case "send": {
        this.#messages += 1;
        const frame = encodeBody(encodeMessage(output.message));
        const decoded = decodeBody(frame, 0, frame.length);
        const message = decoded.ok ? parseMessage(decoded.body) : null;
        if (message === null) throw new Error("a message that cannot be read");
        this.put(output.target, { kind: "message", from, message });
        break;
      }
      case "save":
        this.put(from, { kind: "saved", ticket: output.ticket });
        break;
      case "save-snapshot":
        this.put(from, { kind: "snapshot-saved", ticket: output.ticket });
        break;
      case "want-snapshot":
        this.put(from, { kind: "snapshot-taken", index: output.index, data: command });
        break;
      case "apply":
        if (from === this.leader) this.committed += output.entries.length;
        break;
      case "event":
        if (output.event.kind === "role" && output.event.role === "leader") this.leader = from;
        break;
      default:
        break;
    }
  }
}

function lead(three: Three): number {
  let at = clockStart;
  while (three.leader === null) {
    at += 1_000;
    three.turn(instant(at));
  }
  return at;
}

/** So many clients, each with one command on its way; a turn of all takes 100 us of their time. */
function run(clients: number, seconds: number): void {
  const three = new Three();
  let at = lead(three);
  const leader = three.leader as NodeId;
  // Its own time, not the clock's: others may be at work on the same processor.
  const begun = process.cpuUsage();
  const spent = () => {
    const { user, system } = process.cpuUsage(begun);
    return (user + system) / 1e6;
  };
  let asked = 0;
  const before = three.counts;
  three.committed = 0;
  // Asking for the time costs as much as a step.
  for (let turn = 0; turn % 100 !== 0 || spent() < seconds; turn += 1) {
    for (let free = clients - (asked - three.committed); free > 0; free -= 1) {
      asked += 1;
      three.put(leader, { kind: "propose", ticket: asked, commands: [command] });
    }
    at += 100;
    three.turn(instant(at));
  }
  const took = spent();
  const { steps, messages } = three.counts;
  const perCommand = (count: number) => (count / three.committed).toFixed(2);
  console.log(
    `${clients} clients: ${Math.round(three.committed / took)} commands/s of processor time, ` +
      `${((took * 1e6) / three.committed).toFixed(2)} us each for all three, ` +
      `${perCommand(messages - before.messages)} messages and ` +
      `${perCommand(steps - before.steps)} steps a command`,
  );
}

const [clients, time] = process.argv.slice(2).map(Number);
for (const count of clients === undefined ? [1, 16, 64, 256] : [clients]) run(count, time ?? 2);
