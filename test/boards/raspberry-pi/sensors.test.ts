/** The kernel's sensors as analog pins (PI-11). */
import { describe, expect, it } from "vitest";
import { findSensors, sensorsMax } from "../../../boards/raspberry-pi/analog/sensors.js";
import { FakeMachine, pi4 } from "./support/fake-machine.js";
import { got, openedRig } from "./support/pi-rig.js";

const zone = "/sys/class/thermal/thermal_zone0";
const cpu = { [`${zone}/type`]: "cpu-thermal\n", [`${zone}/temp`]: "48312\n" };
const chip = "/sys/class/hwmon/hwmon1";
const ina = {
  [`${chip}/name`]: "ina219\n",
  [`${chip}/in1_input`]: "12034\n",
  [`${chip}/in1_label`]: "bus voltage\n",
  [`${chip}/curr1_input`]: "-250\n",
  [`${chip}/power1_input`]: "3000000\n",
  [`${chip}/in1_max`]: "26000\n",
};
const adc = "/sys/bus/iio/devices/iio:device0";
const ads = {
  [`${adc}/name`]: "ads1015\n",
  [`${adc}/in_voltage0_raw`]: "1100\n",
  [`${adc}/in_voltage0_scale`]: "3.0\n",
  [`${adc}/scan_elements/in_voltage0_type`]: "le:s12/16>>4\n",
  [`${adc}/in_voltage0-voltage1_raw`]: "-5\n",
  [`${adc}/in_voltage_scale`]: "2.0\n",
  [`${adc}/in_temp_input`]: "21500\n",
  [`${adc}/in_temp_raw`]: "7\n",
  [`${adc}/in_temp_offset`]: "100\n",
  [`${adc}/in_magn_x_raw`]: "7\n",
};

const found = (files: Readonly<Record<string, string>>, taken: readonly string[] = []) =>
  findSensors(new FakeMachine(files), new Set(taken));

describe("the sensors that a machine has", () => {
  it("PI-11: its processor's temperature is `cpu` on all of them", () => {
    expect(found(cpu).map(({ facts, path }) => [facts.name, path])).toEqual([
      ["cpu", `${zone}/temp`],
    ]);
    const hwmon = { [`${chip}/name`]: "coretemp\n", [`${chip}/temp1_input`]: "51000\n" };
    expect(found(hwmon).map(({ facts, path }) => [facts.name, path])).toEqual([
      ["cpu", `${chip}/temp1_input`],
      ["coretemp.temp1", `${chip}/temp1_input`],
    ]);
    expect(found({ [`${zone}/type`]: "iwlwifi\n", [`${zone}/temp`]: "1\n" })).toEqual([]);
  });

  it("PI-11: hwmon in units without thousandths", () => {
    const units = found(ina).map(({ facts, scale }) => [facts.name, facts.analog?.unit, scale]);
    expect(units).toEqual([
      ["ina219.curr1", "A", 1e-3],
      ["ina219.in1", "V", 1e-3],
      ["ina219.power1", "W", 1e-6],
    ]);
    expect(found(ina)[1]?.facts.aliases).toEqual(["ina219.bus_voltage"]);
  });

  it("PI-11: a Pi's supply that is too weak is an alarm", () => {
    const files = { [`${chip}/name`]: "rpi_volt\n", [`${chip}/in0_lcrit_alarm`]: "0\n" };
    expect(found(files).map(({ facts }) => [facts.name, facts.analog])).toEqual([
      ["rpi_volt.in0_lcrit_alarm", { unit: "1", min: 0, max: 1 }],
    ]);
  });

  it("PI-11: IIO, with the range that the converter can give", () => {
    const sensors = found(ads);
    expect(sensors.map(({ facts, path }) => [facts.name, path.slice(adc.length)])).toEqual([
      ["ads1015.temp", "/in_temp_input"],
      ["ads1015.voltage0-voltage1", "/in_voltage0-voltage1_raw"],
      ["ads1015.voltage0", "/in_voltage0_raw"],
    ]);
    const [temp, difference, voltage] = sensors;
    expect(voltage?.facts.analog).toEqual({ unit: "V", min: -6.144, max: 6.141 });
    expect(difference?.scale).toBe(2e-3);
    // What the driver has computed is not computed again.
    expect([temp?.scale, temp?.offset]).toEqual([1e-3, 0]);
  });

  it("PI-11: IIO by the range that is told, with an offset", () => {
    const files = {
      [`${adc}/name`]: "adc\n",
      [`${adc}/in_voltage3_raw`]: "0\n",
      [`${adc}/in_voltage3_raw_available`]: "[0 1 4095]\n",
      [`${adc}/in_voltage3_offset`]: "-2048\n",
      [`${adc}/in_voltage3_scale`]: "-1.0\n",
    };
    const analog = found(files)[0]?.facts.analog;
    expect(analog?.min).toBeCloseTo(-2.047, 9);
    expect(analog?.max).toBeCloseTo(2.048, 9);
  });

  it("PI-11: names are unique, whatever drivers are called, and there is an end of them", () => {
    const two = [0, 1, 2].map((number) => ({
      [`/sys/class/hwmon/hwmon${number}/name`]: number === 2 ? "  \u001b[2J odd name\n" : "tmp\n",
      [`/sys/class/hwmon/hwmon${number}/temp1_input`]: "1\n",
    }));
    const names = found(Object.assign({}, ...two)).map(({ facts }) => facts.name);
    expect(names).toEqual(["tmp.temp1", "tmp.temp1#2", "_2J_odd_name.temp1"]);
    expect(found(cpu, ["cpu"])[0]?.facts.name).toBe("cpu#2");
    const many = Array.from({ length: 300 }, (_, index) => [`${chip}/in${index}_input`, "1"]);
    expect(found(Object.fromEntries(many))).toHaveLength(sensorsMax);
  });
});

describe("a sensor that is open", () => {
  const options = { files: { ...pi4, ...cpu, ...ina } };
  const cpuFile = `${zone}/temp`;

  it("PI-11: is read once a period, and its time is when the read began", async () => {
    const rig = await openedRig(options);
    const line = got(rig.board.openAnalog(rig.now, "CPU"));
    expect([line.unit, line.read(rig.now).value]).toEqual(["degC", null]);
    const began = rig.now;
    await rig.sensors.settled();
    rig.clock.advance(5_000);
    expect(line.read(rig.now)).toEqual({ value: 48.312, sourceTime: began });
    rig.machine.files.set(cpuFile, "50000\n");
    expect(line.read(rig.now).value).toBe(48.312);
    await rig.sensors.period();
    expect(line.read(rig.now)).toEqual({ value: 50, sourceTime: rig.now });
    line.close(rig.now);
    expect(rig.sensors.isRunning).toBe(false);
  });

  it("PI-11: that hangs grows old, and the others go on", async () => {
    const rig = await openedRig(options);
    rig.sensors.hang(cpuFile);
    const hung = got(rig.board.openAnalog(rig.now, "cpu"));
    const others = ["ina219.in1", "ina219.curr1", "ina219.power1"].map((pin) =>
      got(rig.board.openAnalog(rig.now, pin)),
    );
    const opened = rig.now;
    for (let count = 0; count < 3; count += 1) {
      rig.clock.advance(100_000);
      await rig.sensors.period();
    }
    expect(others.map((line) => line.read(rig.now).value)).toEqual([12.034, -0.25, 3]);
    expect(others.map((line) => line.read(rig.now).sourceTime)).toEqual([
      rig.now,
      rig.now,
      rig.now,
    ]);
    expect(hung.read(rig.now)).toEqual({ value: null, sourceTime: opened });
    expect(rig.sensors.reads.filter((path) => path === cpuFile)).toHaveLength(1);
    rig.sensors.letGo(cpuFile);
    await rig.sensors.period();
    expect(hung.read(rig.now)).toEqual({ value: 48.312, sourceTime: rig.now });
  });

  it("PI-11: two that hang keep two threads of libuv's and no more", async () => {
    const rig = await openedRig(options);
    const paths = [cpuFile, `${chip}/in1_input`, `${chip}/curr1_input`];
    for (const path of paths) rig.sensors.hang(path);
    for (const pin of ["cpu", "ina219.in1", "ina219.curr1"]) {
      got(rig.board.openAnalog(rig.now, pin));
    }
    for (let count = 0; count < 5; count += 1) await rig.sensors.period();
    expect(rig.sensors.reads).toHaveLength(2);
  });

  it.each([
    ["200000", "sensor-out-of-range"],
    ["hot", "sensor-garbled"],
    ["", "sensor-garbled"],
    ["NaN", "sensor-garbled"],
  ])("PI-11: a reading of %j is none, and counted", async (text, reason) => {
    const rig = await openedRig(options);
    const line = got(rig.board.openAnalog(rig.now, "cpu"));
    await rig.sensors.period();
    rig.machine.files.set(cpuFile, text);
    rig.clock.advance(1_000);
    await rig.sensors.period();
    expect(line.read(rig.now)).toEqual({ value: null, sourceTime: rig.now });
    expect(rig.board.counts().get(reason)).toBe(1);
  });

  it("PI-11: one that fails says so at once, and comes back", async () => {
    const rig = await openedRig(options);
    const line = got(rig.board.openAnalog(rig.now, "cpu"));
    rig.sensors.failing.add(cpuFile);
    await rig.sensors.period();
    expect(line.read(rig.now).value).toBeNull();
    expect(rig.board.counts().get("sensor-failed")).toBeGreaterThan(0);
    expect(rig.board.health(rig.now)).toEqual({ kind: "live" });
    rig.sensors.failing.clear();
    await rig.sensors.period();
    expect(line.read(rig.now).value).toBe(48.312);
  });

  it("PI-11: its line is no output", async () => {
    const rig = await openedRig(options);
    const refusal = rig.board.openOutput(rig.now, "cpu", {
      ...{ initial: 0, safe: { kind: "hold" }, activeLow: false },
    });
    expect(refusal).toMatchObject({ ok: false, reason: "not-able" });
  });
});
