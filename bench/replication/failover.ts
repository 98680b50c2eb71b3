/**
 * A client that waits for the next leader, in a process of its own: it sends a write of its own to
 * every survivor again and again, without waiting for the answers, for a write that was handed to
 * the dead is lost in any system. Whoever kills tells it when, on stdin, in ms of the monotonic
 * clock; it answers with how long after that the first write sent since was acknowledged, in ms.
 *
 * Run: node failover.js SYSTEM SURVIVOR...
 */
import { createInterface } from "node:readline";
import type { Store } from "./store.js";
import { openStores } from "./systems.js";

/** Between two writes to the same survivor, in ms: as exact as the figure can be. */
const period = 4;

interface Acknowledged {
  readonly sentAt: number;
  readonly at: number;
}

const [system = "", ...targets] = process.argv.slice(2);
const open = openStores.get(system);
if (open === undefined) throw new Error(`there is no ${system}`);
const stores = await Promise.all(targets.map((target) => open([target], 1)));
const acknowledged: Acknowledged[] = [];
let killedAt: number | null = null;

const now = (): number => Number(process.hrtime.bigint()) / 1e6;

function probe(store: Store): void {
  const sentAt = now();
  const onDone = (): void => {
    acknowledged.push({ sentAt, at: now() });
    answer();
  };
  store.put("bench/failover", new Uint8Array(8)).then(onDone, () => undefined);
}

function answer(): void {
  const dead = killedAt;
  const first = dead === null ? undefined : acknowledged.find(({ sentAt }) => sentAt >= dead);
  if (dead === null || first === undefined) return;
  process.stdout.write(`${first.at - dead}\n`, () => process.exit());
}

createInterface(process.stdin).on("line", (line) => {
  killedAt = Number(line);
  answer();
});
setInterval(() => stores.forEach(probe), period);
process.stdout.write("ready\n");
