/**
 * A network namespace for each replica and a switch between them, by the kernel: what is lost there
 * is lost on its way, and neither end is told. Only root may make them.
 *
 * Frames are lost in one direction without any packet filter, which not every kernel has: the
 * sender is told a hardware address of its peer that nobody has.
 */
import { spawnSync } from "node:child_process";
import { onTestFinished } from "vitest";
import { nodes } from "./cluster-folder.js";
import type { Name, Network } from "./watched-replicas.js";

const port = 7_400;
const nobody = "02:00:00:00:00:ff";

const hostOf = (name: Name): string => `10.99.0.${nodes.indexOf(name) + 1}`;

/** Why there can be no namespaces here; null where there can. */
export function whyNoNamespaces(): string | null {
  const name = `hf-${process.pid}-try`;
  const made = spawnSync("ip", ["netns", "add", name], { encoding: "utf8" });
  if (made.status !== 0) return made.error?.message ?? made.stderr.trim();
  const words = ["-n", name, "link", "add", "switch", "type", "bridge"];
  const bridged = spawnSync("ip", words, { encoding: "utf8" });
  spawnSync("ip", ["netns", "del", name]);
  return bridged.status === 0 ? null : bridged.stderr.trim();
}

export class Namespaces implements Network {
  readonly addresses = nodes.map((name) => `${hostOf(name)}:${port}`);
  readonly #prefix: string;

  private constructor(prefix: string) {
    this.#prefix = prefix;
  }

  /** They go with the test. */
  static open(): Namespaces {
    const all = new Namespaces(`hf-${process.pid}-${Math.floor(performance.now())}`);
    onTestFinished(() => all.#close());
    ip("netns", "add", all.#spaceOf("switch"));
    all.#in("switch", "link", "add", "switch", "type", "bridge");
    all.#in("switch", "link", "set", "switch", "up");
    for (const name of nodes) all.#plug(name);
    return all;
  }

  through(name: Name): readonly string[] {
    return ["ip", "netns", "exec", this.#spaceOf(name)];
  }

  /** From now on what one sends to the other is lost. */
  lose(from: Name, to: Name): void {
    const there = [hostOf(to), "lladdr", nobody, "dev", "net", "nud", "permanent"];
    this.#in(from, "neigh", "replace", ...there);
  }

  restore(from: Name, to: Name): void {
    this.#in(from, "neigh", "del", hostOf(to), "dev", "net");
  }

  /** Pulls the cable of one, or plugs it in again. */
  setCable(name: Name, state: "up" | "down"): void {
    this.#in("switch", "link", "set", `to-${name}`, state);
  }

  #plug(name: Name): void {
    ip("netns", "add", this.#spaceOf(name));
    const cable = ["type", "veth", "peer", "name", `to-${name}`, "netns", this.#spaceOf("switch")];
    this.#in(name, "link", "add", "net", ...cable);
    this.#in(name, "addr", "add", `${hostOf(name)}/24`, "dev", "net");
    for (const device of ["lo", "net"]) this.#in(name, "link", "set", device, "up");
    this.#in("switch", "link", "set", `to-${name}`, "master", "switch", "up");
  }

  #in(where: Name | "switch", ...words: readonly string[]): void {
    ip("-n", this.#spaceOf(where), ...words);
  }

  #spaceOf(where: Name | "switch"): string {
    return `${this.#prefix}-${where}`;
  }

  #close(): void {
    for (const where of [...nodes, "switch"] as const) {
      spawnSync("ip", ["netns", "del", this.#spaceOf(where)]);
    }
  }
}

function ip(...words: readonly string[]): void {
  const { status, stderr, error } = spawnSync("ip", words, { encoding: "utf8" });
  if (status !== 0) throw new Error(`ip ${words.join(" ")}: ${error?.message ?? stderr.trim()}`);
}
