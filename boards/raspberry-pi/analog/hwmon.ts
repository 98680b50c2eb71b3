/**
 * The sensors of hwmon and of the thermal zones: temperatures, voltages, currents, power, fans.
 * What the processor's temperature is called differs by machine; here it is `cpu` on all of them.
 *
 * Source: Linux, Documentation/hwmon/sysfs-interface.rst and driver-api/thermal/sysfs-api.rst.
 */
import type { MachineView } from "../../../src/host/doctor/machine-view.js";
import { type Quantity, quantity, type Sensor, sensorFacts, wordOf } from "./sensor.js";

const hwmon = "/sys/class/hwmon";
const thermal = "/sys/class/thermal";

const temperature = quantity("degC", 1e-3, -55, 150);

/** By the first word of the file; the kernel counts in thousandths and millionths. */
const quantities: ReadonlyMap<string, Quantity> = new Map([
  ["temp", temperature],
  ["in", quantity("V", 1e-3, -60, 60)],
  ["curr", quantity("A", 1e-3, -100, 100)],
  ["power", quantity("W", 1e-6, 0, 10_000)],
  ["energy", quantity("J", 1e-6, 0, 1e12)],
  ["humidity", quantity("ratio", 1e-5, 0, 1)],
  ["fan", quantity("rpm", 1, 0, 100_000)],
  ["freq", quantity("Hz", 1, 0, 1e11)],
]);

/** A Pi tells a supply that is too weak by an alarm, and not in volts. */
const alarm = quantity("1", 1, 0, 1);

const cpuZones = ["cpu-thermal", "cpu_thermal", "x86_pkg_temp", "soc-thermal", "soc_thermal"];
const cpuChips = ["cpu_thermal", "coretemp", "k10temp"];

export function hwmonSensors(view: MachineView): readonly Sensor[] {
  const folders = view.names(hwmon).filter((name) => /^hwmon\d{1,4}$/.test(name));
  return folders.flatMap((folder) => {
    const chip = wordOf(view.text(`${hwmon}/${folder}/name`) ?? folder);
    const files = view.names(`${hwmon}/${folder}`);
    return files.flatMap((file) => sensorOf(view, `${hwmon}/${folder}`, chip, file));
  });
}

function sensorOf(view: MachineView, folder: string, chip: string, file: string): Sensor[] {
  const [, channel, kind = "", , what] = /^(([a-z]+)(\d+))_(input|lcrit_alarm)$/.exec(file) ?? [];
  if (channel === undefined) return [];
  const isAlarm = what === "lcrit_alarm";
  const found = isAlarm ? alarm : quantities.get(kind);
  if (found === undefined) return [];
  const label = wordOf(view.text(`${folder}/${channel}_label`) ?? "");
  const name = `${chip}.${isAlarm ? file : channel}`;
  const aliases = label === "" || isAlarm ? [] : [`${chip}.${label}`];
  const facts = sensorFacts(name, aliases, found);
  return [{ facts, path: `${folder}/${file}`, offset: 0, scale: found.factor }];
}

/** The processor's temperature as `cpu`; null where the kernel does not give it. */
export function cpuSensor(view: MachineView, others: readonly Sensor[]): Sensor | null {
  const path = cpuZone(view) ?? cpuChip(others);
  if (path === null) return null;
  const facts = sensorFacts("cpu", [], temperature);
  return { facts, path, offset: 0, scale: temperature.factor };
}

function cpuZone(view: MachineView): string | null {
  const zones = view.names(thermal).filter((name) => /^thermal_zone\d{1,4}$/.test(name));
  const types = new Map(zones.map((zone) => [view.text(`${thermal}/${zone}/type`) ?? "", zone]));
  const type = cpuZones.find((one) => types.has(one));
  return type === undefined ? null : `${thermal}/${types.get(type)}/temp`;
}

function cpuChip(sensors: readonly Sensor[]): string | null {
  const names = cpuChips.map((chip) => `${chip}.temp1`);
  return sensors.find(({ facts }) => names.includes(facts.name))?.path ?? null;
}
