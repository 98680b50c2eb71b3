/** Modules made by hand: the order in which a guest must load them. */
import { describe, expect, it } from "vitest";
import {
  dependenciesOf,
  type ModuleFile,
  withDependencies,
} from "../../../scripts/hil/kernel-modules.js";

const moduleOf = (name: string, depends: string): ModuleFile => ({
  name,
  content: Buffer.from(`\x7fELF..license=GPL\0depends=${depends}\0name=${name}\0`),
});

const files = new Map(
  [
    moduleOf("9p", "9pnet,netfs"),
    moduleOf("9pnet", ""),
    moduleOf("9pnet_virtio", "9pnet,virtio-ring"),
    moduleOf("netfs", ""),
    moduleOf("virtio_ring", "virtio"),
  ].map((file) => [file.name, file]),
);

/** `virtio` is in the kernel itself. */
function read(name: string): ModuleFile | null {
  const file = files.get(name);
  if (file === undefined && name !== "virtio") throw new Error(`no module ${name}`);
  return file ?? null;
}

describe("the modules of a guest", () => {
  it("say what they depend on", () => {
    expect(dependenciesOf(moduleOf("a", ""))).toEqual([]);
    expect(dependenciesOf(moduleOf("a", "b,c-d"))).toEqual(["b", "c_d"]);
  });

  it("are refused when they do not say it", () => {
    expect(() => dependenciesOf({ name: "a", content: Buffer.from("text") })).toThrow("a does not");
  });

  it("come once each, after what they depend on, without what is in the kernel", () => {
    const names = withDependencies(["9p", "9pnet-virtio"], read).map(({ name }) => name);
    expect(names).toEqual(["9pnet", "netfs", "9p", "virtio_ring", "9pnet_virtio"]);
  });

  it("are refused when there is no such module", () => {
    expect(() => withDependencies(["gpio_sim"], read)).toThrow("no module gpio_sim");
  });
});
