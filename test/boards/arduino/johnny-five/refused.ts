/** What does not work on pins alone, and the sentence with which it says so. */
import { five } from "./five.js";

export interface Refusal {
  readonly name: string;
  make(): unknown;
  readonly says: RegExp;
}

const noBus = /no I2C bus/;

/** Components with this controller hang on I2C. */
const onBus = (name: string, make: () => unknown): Refusal => ({ name, make, says: noBus });

const controller = (name: string) => ({ controller: name });

export const refusals: readonly Refusal[] = [
  onBus("Accelerometer MPU6050", () => new five.Accelerometer(controller("MPU6050"))),
  onBus("Altimeter MPL3115A2", () => new five.Altimeter(controller("MPL3115A2"))),
  onBus("Barometer BMP180", () => new five.Barometer(controller("BMP180"))),
  onBus("Compass HMC5883L", () => new five.Compass(controller("HMC5883L"))),
  onBus("Expander MCP23017", () => new five.Expander(controller("MCP23017"))),
  onBus("Gyro MPU6050", () => new five.Gyro(controller("MPU6050"))),
  onBus("Hygrometer HTU21D", () => new five.Hygrometer(controller("HTU21D"))),
  onBus("IMU MPU6050", () => new five.IMU(controller("MPU6050"))),
  onBus("Keypad MPR121", () => new five.Keypad(controller("MPR121"))),
  onBus("LCD PCF8574", () => new five.LCD(controller("PCF8574"))),
  onBus("Led.Digits HT16K33", () => new five.Led.Digits(controller("HT16K33"))),
  onBus("Light BH1750", () => new five.Light(controller("BH1750"))),
  onBus("Multi BME280", () => new five.Multi(controller("BME280"))),
  onBus("Servo PCA9685", () => new five.Servo({ controller: "PCA9685", pin: 0 })),
  onBus("Thermometer MCP9808", () => new five.Thermometer(controller("MCP9808"))),
  {
    name: "Thermometer DS18B20",
    make: () => new five.Thermometer({ controller: "DS18B20", pin: 2 }),
    says: /1-wire takes firmware/,
  },
  {
    name: "Proximity HCSR04",
    make: () => new five.Proximity({ controller: "HCSR04", pin: 7 }),
    says: /measuring an echo takes firmware/,
  },
  {
    name: "Stepper",
    make: () => new five.Stepper({ type: 1, stepsPerRev: 200, pins: [2, 3] }),
    says: /not supported/,
  },
  {
    name: "GPS",
    make: () => new five.GPS({ pins: { rx: 11, tx: 10 } }),
    says: /asked for SERIAL/,
  },
  {
    name: "Led.brightness without PWM",
    make: () => new five.Led(13).brightness(99),
    says: /not a valid PWM pin/,
  },
  {
    name: "Motor without PWM",
    make: () => new five.Motor(13),
    says: /not a valid PWM pin|PWM/i,
  },
  {
    name: "Servo without PWM",
    make: () => new five.Servo(13),
    says: /pwm/i,
  },
  {
    name: "Sensor on a pin that is not analog",
    make: () => new five.Sensor("D7"),
    says: /analog/,
  },
  { name: "Led on a pin that is none", make: () => new five.Led(77), says: /no pin 77/ },
];
