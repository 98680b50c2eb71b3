/**
 * The channels of IIO devices: converters such as an ADS1115, sensors such as a BME280. What a
 * channel can mean is taken from its raw range, where the driver tells it.
 *
 * Source: Linux, Documentation/ABI/testing/sysfs-bus-iio.
 */
import type { MachineView } from "../../../src/host/doctor/machine-view.js";
import { numberIn, type Quantity, quantity, type Sensor, sensorFacts, wordOf } from "./sensor.js";

const devices = "/sys/bus/iio/devices";

/** By the type of the channel: its unit here, and the factor from the unit of the interface. */
const quantities: ReadonlyMap<string, Quantity> = new Map([
  ["voltage", quantity("V", 1e-3, -1_000, 1_000)],
  ["current", quantity("A", 1e-3, -1_000, 1_000)],
  ["power", quantity("W", 1e-3, 0, 1e6)],
  ["temp", quantity("degC", 1e-3, -273.15, 2_000)],
  ["pressure", quantity("Pa", 1e3, 0, 1e9)],
  ["humidityrelative", quantity("ratio", 1e-5, 0, 1)],
  ["illuminance", quantity("lx", 1, 0, 1e6)],
  ["accel", quantity("m/s2", 1, -2_000, 2_000)],
  ["anglvel", quantity("rad/s", 1, -200, 200)],
  ["resistance", quantity("Ohm", 1, 0, 1e9)],
  ["distance", quantity("m", 1, 0, 1e5)],
]);

export function iioSensors(view: MachineView): readonly Sensor[] {
  const folders = view.names(devices).filter((name) => /^iio:device\d{1,4}$/.test(name));
  return folders.flatMap((folder) => {
    const path = `${devices}/${folder}`;
    const device = wordOf(view.text(`${path}/name`) ?? folder);
    return channelsIn(view.names(path)).flatMap((channel) =>
      sensorOf({ view, path, device, ...channel }),
    );
  });
}

interface Channel {
  /** Between `in_` and `_raw`: `voltage0`, `temp`, `voltage0-voltage1`, `accel_x`. */
  readonly name: string;
  readonly type: string;
  /** `input` is in the unit already. */
  readonly kind: "raw" | "input";
}

/** A channel that is given both ways is taken as the driver has computed it. */
function channelsIn(files: readonly string[]): readonly Channel[] {
  const found = new Map<string, Channel>();
  for (const file of files) {
    const [, name, type = "", kind] = /^in_(([a-z]+)[\w-]*?)_(raw|input)$/.exec(file) ?? [];
    if (name === undefined || (kind !== "raw" && kind !== "input")) continue;
    if (kind === "input" || !found.has(name)) found.set(name, { name, type, kind });
  }
  return [...found.values()];
}

interface Place extends Channel {
  readonly view: MachineView;
  readonly path: string;
  readonly device: string;
}

function sensorOf(place: Place): Sensor[] {
  const { path, device, name, type, kind } = place;
  const wide = quantities.get(type);
  if (wide === undefined) return [];
  const isRaw = kind === "raw";
  const offset = isRaw ? (attribute(place, "offset") ?? 0) : 0;
  const scale = (isRaw ? (attribute(place, "scale") ?? 1) : 1) * wide.factor;
  const range = isRaw ? rawRange(place) : null;
  const ends = range?.map((raw) => (raw + offset) * scale) ?? [wide.min, wide.max];
  const found = { ...wide, min: Math.min(...ends), max: Math.max(...ends) };
  const facts = sensorFacts(`${device}.${wordOf(name)}`, [], found);
  return [{ facts, path: `${path}/in_${name}_${kind}`, offset, scale }];
}

/** Of the channel, or of all channels of its type. */
function attribute({ view, path, name, type }: Place, what: string): number | null {
  const own = numberIn(view.text(`${path}/in_${name}_${what}`));
  return own ?? numberIn(view.text(`${path}/in_${type}_${what}`));
}

/** The raw numbers that there can be, from `[least step most]` or from the bits of its samples. */
function rawRange({ view, path, name }: Place): readonly [number, number] | null {
  const told = view.text(`${path}/in_${name}_raw_available`) ?? "";
  const [, least, most] = /^\[(-?\d{1,12}) -?\d{1,12} (-?\d{1,12})\]$/.exec(told) ?? [];
  if (least !== undefined && most !== undefined) return [Number(least), Number(most)];
  const type = view.text(`${path}/scan_elements/in_${name}_type`) ?? "";
  const [, sign, digits] = /^[lb]e:([su])(\d{1,2})\//.exec(type) ?? [];
  const bits = Number(digits);
  if (sign === undefined || bits < 1 || bits > 32) return null;
  return sign === "u" ? [0, 2 ** bits - 1] : [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1];
}
