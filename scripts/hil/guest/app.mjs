/**
 * The smallest app that a replica can run. After HANG_AFTER cycles it never returns again, and says
 * so before; without that number it always returns.
 */
import { writeSync } from "node:fs";

const hangAfter = Number(process.env.HANG_AFTER ?? Number.POSITIVE_INFINITY);
const stdout = 1;

export const app = {
  name: "counter",
  sensors: { temperature: { unit: "degC", min: 0, max: 120, tolerance: 1 } },
  outputs: { heater: { unit: "ratio", min: 0, max: 1, safe: { kind: "value", value: 0 } } },
  initial: { cycles: 0 },
  control: ({ state }) => {
    if (state.cycles === hangAfter) {
      writeSync(stdout, "hangs now\n");
      for (;;);
    }
    return { state: { cycles: state.cycles + 1 }, commands: { heater: 0.5 } };
  },
};
