/** Puts to a replica by its state socket, with as little around them as the puts to etcd have. */
import { StateConnection } from "../../src/host/state/state-connection.js";
import type { Store } from "./store.js";

interface Call {
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

class Connection {
  readonly #connection: StateConnection;
  readonly #calls = new Map<number, Call>();
  #id = 0;

  constructor(path: string) {
    this.#connection = new StateConnection({
      path,
      onReplies: (bodies) => {
        for (const body of bodies) this.#settle(body);
      },
      onLost: (reason) => this.#end(reason),
    });
  }

  put(key: string, value: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#id += 1;
      this.#calls.set(this.#id, { resolve, reject });
      // Without a session, as puts to etcd are: applied each time that it comes.
      this.#connection.send(["command", this.#id, 0, 0, ["put", key, value, null, false]]);
    });
  }

  close(): void {
    this.#connection.close();
  }

  #settle(body: unknown): void {
    const [kind, id, at, result] = body as readonly unknown[];
    const call = this.#calls.get(id as number);
    this.#calls.delete(id as number);
    const [what] = kind === "result" ? (result as readonly unknown[]) : [];
    if (what === "changed") call?.resolve();
    else call?.reject(new Error(`${kind} ${at} ${result}`));
  }

  #end(why: string): void {
    for (const { reject } of this.#calls.values()) reject(new Error(why));
    this.#calls.clear();
  }
}

/** Targets are the paths of state sockets. */
export function openHoldfastStore(targets: readonly string[], connections: number): Promise<Store> {
  const places = Array.from({ length: connections }, (_, index) => targets[index % targets.length]);
  const all = places.map((place) => new Connection(place ?? ""));
  let turn = 0;
  return Promise.resolve({
    put(key, value) {
      turn = (turn + 1) % all.length;
      return all[turn]?.put(key, value) ?? Promise.reject(new Error("there is no connection"));
    },
    close: () => {
      for (const connection of all) connection.close();
    },
  });
}
