/** All sensors that the kernel has, each under a name of its own. */
import type { MachineView } from "../../../src/host/doctor/machine-view.js";
import { cpuSensor, hwmonSensors } from "./hwmon.js";
import { iioSensors } from "./iio.js";
import type { Sensor } from "./sensor.js";

/** Of a machine with more the rest is not offered. */
export const sensorsMax = 128;

/** @param taken names of pins, in small letters */
export function findSensors(view: MachineView, taken: ReadonlySet<string>): readonly Sensor[] {
  const hwmon = hwmonSensors(view);
  const cpu = cpuSensor(view, hwmon);
  const all = [...(cpu === null ? [] : [cpu]), ...hwmon, ...iioSensors(view)];
  return withOwnNames(all.slice(0, sensorsMax), taken);
}

/** The second of two that have one name gets `#2`; an alias that is taken is left out. */
function withOwnNames(sensors: readonly Sensor[], taken: ReadonlySet<string>): readonly Sensor[] {
  const names = new Set(taken);
  const named = sensors.map((sensor) => {
    const name = freeName(sensor.facts.name, names);
    names.add(name.toLowerCase());
    return { ...sensor, facts: { ...sensor.facts, name } };
  });
  return named.map((sensor) => {
    const aliases = sensor.facts.aliases.filter((alias) => !names.has(alias.toLowerCase()));
    for (const alias of aliases) names.add(alias.toLowerCase());
    return { ...sensor, facts: { ...sensor.facts, aliases } };
  });
}

function freeName(name: string, names: ReadonlySet<string>): string {
  if (!names.has(name.toLowerCase())) return name;
  for (let number = 2; ; number += 1) {
    const next = `${name}#${number}`;
    if (!names.has(next.toLowerCase())) return next;
  }
}
