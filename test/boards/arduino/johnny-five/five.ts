/**
 * johnny-five, as loosely typed as it is: the published types lack half of its components. Every
 * member can be made, called and looked into; the names are those that the trials use.
 */
import published from "johnny-five";

type Name =
  | ("Accelerometer" | "Altimeter" | "Animation" | "Barometer" | "Board" | "Button" | "Buttons")
  | ("Compass" | "ESC" | "ESCs" | "Expander" | "GPS" | "Gyro" | "Hygrometer" | "IMU" | "Joystick")
  | ("Keypad" | "LCD" | "Led" | "LedControl" | "Leds" | "Light" | "Motion" | "Motor" | "Motors")
  | ("Multi" | "Piezo" | "Pin" | "Pins" | "Proximity" | "ReflectanceArray" | "Relay" | "Relays")
  | ("Sensor" | "Sensors" | "Servo" | "Servos" | "ShiftRegister" | "Stepper" | "Switch")
  | ("Thermometer" | "Digits" | "Matrix" | "RGB" | "RGBs" | "Digital" | "Continuous")
  | ("SHIELD_CONFIGS" | "ARDUINO_MOTOR_SHIELD_R3_1" | "A" | "B");

type Member =
  | ("blink" | "board" | "brake" | "brightness" | "ccw" | "celsius" | "center" | "close" | "color")
  | ("cw" | "disable" | "display" | "enable" | "enqueue" | "fadeIn" | "fadeOut" | "fahrenheit")
  | ("forward" | "high" | "intensity" | "level" | "low" | "off" | "on" | "open" | "print" | "pulse")
  | ("query" | "rate" | "raw" | "release" | "reverse" | "row" | "scale" | "send" | "shiftOut")
  | ("speed" | "start" | "stop" | "strobe" | "sweep" | "throttle" | "to" | "toggle" | "within")
  | ("write" | "x" | "y" | "z" | "isReady" | "value");

type Parts = { readonly [name in Name | Member]: Part };

export type Part = Parts &
  ((...given: readonly unknown[]) => Part) &
  (new (
    ...options: readonly unknown[]
  ) => Part);

export const five = published as unknown as Part;
