/** The recipe of the module with simulated pins. */
import { describe, expect, it } from "vitest";
import { callableByModules, sourcePackage } from "../../../scripts/hil/gpio-sim.js";

describe("the sources of a kernel", () => {
  it.each([
    ["6.1.0-56-amd64", "linux-source-6.1"],
    ["6.12.48+deb13-amd64", "linux-source-6.12"],
  ])("of %s are in %s", (version, name) => {
    expect(sourcePackage(version)).toBe(name);
  });
});

describe("irq_sim as a part of a module", () => {
  const source = ["handle_simple_irq(irq_to_desc(irqnum));", "EXPORT_SYMBOL_GPL(sim);", ""].join(
    "\n",
  );

  it("calls what modules may call, and offers nothing", () => {
    expect(callableByModules(source)).toBe("generic_handle_irq(irqnum);\n\n");
  });

  it("is refused when it is not as the recipe knows it", () => {
    expect(() => callableByModules("handle_irq_desc(desc);")).toThrow("the recipe is too old");
  });
});
