/** Builds the site of `holdfast demo --firmware`: a boiler behind four microcontrollers. */
import { Boiler, smallBoiler } from "../../../../boards/mock/boiler.js";
import type { App } from "../../../control/app.js";
import type { Clock } from "../../../host/monotonic-clock.js";
import { assert } from "../../../kernel/assert.js";
import type { NodeId } from "../../../kernel/ids.js";
import { millis } from "../../../kernel/time.js";
import { FirmwareSite } from "./firmware-site.js";
import { readFirmware } from "./hex-files.js";
import { FirmwareRack } from "./rack.js";

/** Commands of one cycle come one after the other: for so long the last voted value stays. */
const grace = millis(500);
const patience = millis(400);

/** All replicas compute the same duty; this is for its way as 16 bits. */
const dutyTolerance = 0.01;

/** The firmware is bound to the cluster of this name. */
const cluster = "demo";

export interface FirmwareGround {
  readonly site: FirmwareSite;
  readonly rack: FirmwareRack;
}

/** @throws CliFailure where there is no firmware, or it does not answer */
export async function openFirmwareSite(
  nodes: readonly NodeId[],
  app: App,
  clock: Clock,
): Promise<FirmwareGround> {
  const [sensor = ""] = Object.keys(app.sensors);
  const [output = ""] = Object.keys(app.outputs);
  const declared = app.outputs[output];
  const measured = app.sensors[sensor];
  assert(declared !== undefined && measured !== undefined, "the example app has no boiler");
  const { unit, min, max, safe } = declared;
  const rack = await FirmwareRack.open({
    ...{ nodes, cluster, clock, flashes: await readFirmware() },
    output: {
      spec: { name: output, unit, min, max, safe },
      ...{ number: 0, use: "pwm", byRight: false, tolerance: dutyTolerance, grace, patience },
    },
  });
  const boiler = new Boiler(smallBoiler, clock.now());
  const range = { unit: measured.unit, min: measured.min, max: measured.max };
  const { tolerance } = measured;
  const site = new FirmwareSite({ rack, boiler, sensor, output, tolerance, clock, ...range });
  return { site, rack };
}
