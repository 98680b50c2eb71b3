/**
 * What happens to locks between threads, scenario by scenario; prints one JSON object.
 *
 * node locks.mjs SCENARIO [inheriting|older|plain]
 *
 * older: as on a kernel before 5.14, which counts a wait by the wall clock.
 */
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { makeLock, openLock } from "../../../../dist/src/host/lanes/shared-lock.js";
import { kernelPriority, posix, tid } from "./thread.mjs";

const [scenario, kind] = isMainThread ? process.argv.slice(2) : ["", workerData.kind];
if (kind === "older") Object.defineProperty(posix, "hasLockPi2", { value: false });
const second = 1_000_000;
const wait = (ms) => new Promise((done) => setTimeout(done, ms));

/** A thread that locks and unlocks when it is told to. */
class Actor {
  static async begin(locks, priority = 0) {
    const worker = new Worker(new URL(import.meta.url), { workerData: { locks, priority, kind } });
    const actor = new Actor();
    actor.worker = worker;
    actor.tid = (await actor.#next()).tid;
    return actor;
  }

  #next() {
    return new Promise((done) => this.worker.once("message", done));
  }

  ask(word, lock, timeout) {
    const answer = this.#next();
    this.worker.postMessage({ word, lock, timeout });
    return answer;
  }

  lock = (lock, timeout = 5 * second) => this.ask("lock", lock, timeout);
  unlock = (lock) => this.ask("unlock", lock);
  tryLock = (lock) => this.ask("tryLock", lock);
  priority = () => kernelPriority(this.tid);
  end = () => this.worker.terminate();
}

/** The kernel needs a moment to see what threads do; the last answer where it never comes. */
async function settled(read, expected) {
  for (let tries = 0; tries < 400; tries += 1) {
    if (JSON.stringify(read()) === JSON.stringify(expected)) break;
    await wait(5);
  }
  return read();
}

const scenarios = {
  async chain() {
    const locks = [make(), make(), make()];
    const actors = await Promise.all([10, 20, 30, 40].map((level) => Actor.begin(locks, level)));
    const [a, b, c, d] = actors;
    const priorities = () => actors.map((actor) => actor.priority());
    const seen = [priorities()];
    const see = async (expected) => seen.push(await settled(priorities, expected));
    await Promise.all([a.lock(0), b.lock(1), c.lock(2)]);
    const bTakes = b.lock(0);
    await see([20, 20, 30, 40]);
    const cTakes = c.lock(1);
    await see([30, 30, 30, 40]);
    const timedOut = d.lock(2, second);
    await see([40, 40, 40, 40]);
    await timedOut;
    await see([30, 30, 30, 40]);
    await a.unlock(0);
    await bTakes;
    await see([10, 30, 30, 40]);
    await b.unlock(1);
    await cTakes;
    await see([10, 20, 30, 40]);
    await Promise.all(actors.map((actor) => actor.end()));
    return { seen, timedOut: await timedOut };
  },

  async deadlock() {
    const locks = [make(), make()];
    const [x, y] = [await Actor.begin(locks), await Actor.begin(locks)];
    await Promise.all([x.lock(0), y.lock(1)]);
    const waits = x.lock(1);
    await wait(100);
    const closing = await y.lock(0, second / 4);
    const self = await y.lock(1);
    await y.unlock(1);
    const goesOn = await waits;
    await Promise.all([x.end(), y.end()]);
    return { closing, self, goesOn };
  },

  async timeout() {
    const locks = [make()];
    const [x, y] = [await Actor.begin(locks), await Actor.begin(locks)];
    const free = await y.unlock(0);
    await x.lock(0);
    const answer = await y.lock(0, second / 5);
    const others = [await y.tryLock(0), await y.unlock(0)];
    const mine = await x.unlock(0);
    const after = await y.lock(0);
    await Promise.all([x.end(), y.end()]);
    return { answer, others, free, mine, after };
  },

  async death() {
    const locks = [make(), make()];
    const [x, y, z] = [
      await Actor.begin(locks),
      await Actor.begin(locks),
      await Actor.begin(locks),
    ];
    await Promise.all([x.lock(0), x.lock(1)]);
    const waits = y.lock(0, second);
    await wait(100);
    await x.end();
    const waiting = await waits;
    const nobodyWaited = await z.lock(1, second / 4);
    await Promise.all([y.unlock(0), z.unlock(1)]);
    const again = [await z.lock(0, second / 4), await y.lock(1, second / 4)];
    await Promise.all([y.end(), z.end()]);
    return { waiting, nobodyWaited, again };
  },

  async main() {
    const locks = [make()];
    const own = openLock(locks[0]);
    const free = own.lock(second);
    const unlocked = own.unlock();
    const x = await Actor.begin(locks);
    await x.lock(0);
    const began = posix.now();
    const busy = own.lock(second);
    const took = posix.now() - began;
    await x.end();
    return { free, unlocked, busy, took };
  },

  async many() {
    const locks = [make()];
    const counter = new Int32Array(new SharedArrayBuffer(4));
    const actors = await Promise.all([1, 2, 3, 4].map(() => Actor.begin([...locks, counter])));
    await Promise.all(actors.map((actor) => actor.ask("count", 0, second)));
    await Promise.all(actors.map((actor) => actor.end()));
    return { count: counter[0] };
  },
};

const make = () => makeLock(kind !== "plain");

function act({ locks, priority }) {
  const opened = locks.map((lock) => ("inherits" in lock ? openLock(lock) : lock));
  posix.setPriority(tid, priority);
  const words = {
    lock(lock, timeout) {
      const began = posix.now();
      return { ...lock.lock(timeout), took: posix.now() - began };
    },
    tryLock: (lock) => lock.tryLock(),
    unlock: (lock) => lock.unlock(),
    /** What two threads do at once is lost where the lock does not keep them apart. */
    count(lock, timeout) {
      for (let times = 0; times < 2_000; times += 1) {
        if (lock.lock(timeout).kind !== "taken") return "refused";
        const seen = opened[1][0];
        for (let idle = 0; idle < 50; idle += 1);
        opened[1][0] = seen + 1;
        lock.unlock();
      }
      return "done";
    },
  };
  parentPort.on("message", ({ word, lock, timeout }) => {
    parentPort.postMessage(words[word](opened[lock], timeout));
  });
  parentPort.postMessage({ tid });
}

if (isMainThread) console.log(JSON.stringify(await scenarios[scenario]()));
else act(workerData);
