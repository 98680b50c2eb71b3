/**
 * `board` of a `holdfast.yaml`: which board, and for one of pins which pin is behind which channel
 * and output. What the pins can do is checked in board-wiring.ts.
 */
import { z } from "zod";
import { type BoardKind, boardKinds } from "./board-kinds.js";
import {
  type About,
  duration,
  filePath,
  mapping,
  named,
  number,
  text,
  whole,
} from "./schema-parts.js";

const quoted = (name: string): string => `\`${name}\``;
const kindsText = boardKinds.map(quoted).join(", ");

const kind = <Name extends BoardKind>(name: Name) =>
  z.literal(name, { error: `one of ${kindsText}` }).meta({
    description:
      "`mock`: a simulated plant, no hardware is touched. " +
      "`recorded`: columns of a CSV file are played as the channels. " +
      "`raspberry-pi`: the pins of this machine. " +
      "`bridge`, `firmata`: those of a microcontroller with our firmware, or with Firmata.",
  });

const yes = (about: About) =>
  z.boolean({ error: "true or false" }).meta({
    description: about.description,
    ...(about.fallback === undefined ? {} : { "x-default": about.fallback }),
  });

const word = <const Words extends readonly [string, ...string[]]>(words: Words, about: About) =>
  z.enum(words, { error: `one of ${words.join(", ")}` }).meta({
    description: about.description,
    "x-default": about.fallback ?? "",
  });

const numberOf = (description: string, fallback: string) =>
  number("a number", -Number.MAX_VALUE, Number.MAX_VALUE, { description, fallback });

const rawNumber = (description: string) =>
  number("a number", -Number.MAX_VALUE, Number.MAX_VALUE, { description });

const pin = text("the name of a pin, such as GPIO17, A0, D8 or cpu", /\S/, {
  description: "As it is printed on the header, or what it measures.",
});

const activeLow = yes({ description: "Does 0 volts mean on?", fallback: "false" });

export const inputKinds = ["analog", "level", "count", "frequency", "duty", "pulse-width"] as const;

const point = mapping({
  raw: rawNumber("What the pin gives there."),
  value: rawNumber("What it means, in the sensor's unit."),
});

const input = mapping({
  pin,
  as: word(inputKinds, {
    description: "What of the pin is the reading: volts, a level, or what its edges tell.",
    fallback: "analog where the pin is, else level",
  }).optional(),
  scale: numberOf("The reading is `offset` + `scale` times what the pin gives.", "1").optional(),
  offset: numberOf("In the sensor's unit.", "0").optional(),
  points: z
    .array(point, { error: "two points, each with raw and value" })
    .length(2, { error: "two points, each with raw and value" })
    .meta({ description: "Instead of scale and offset.", "x-default": "none" })
    .optional(),
  valid: mapping({
    min: rawNumber("In the pin's unit."),
    max: rawNumber("In the pin's unit."),
  })
    .meta({
      description: "What a whole wire can carry; outside of it the reading is missing.",
      "x-default": "all that the pin can give",
    })
    .optional(),
  pull: word(["none", "up", "down"], {
    description: "What a digital pin is pulled to where nobody drives it.",
    fallback: "none",
  }).optional(),
  debounce: duration("A level counts when it has stood for so long.", "0s").optional(),
  activeLow: activeLow.optional(),
  edge: word(["rising", "falling", "both"], {
    description: "Which edges a count counts.",
    fallback: "rising",
  }).optional(),
  window: duration("How far back frequency, duty and pulse width look.", "1s").optional(),
});

const output = mapping({
  pin,
  as: word(["digital", "pwm"], {
    description: "On and off, or a share of the time.",
    fallback: "digital",
  }).optional(),
  activeLow: activeLow.optional(),
  threshold: numberOf(
    "A digital output is on from here on, in the output's unit.",
    "half of its range",
  ).optional(),
  frequency: number("a number of hertz above 0", 0.001, 1e9, {
    description: "Of PWM, in hertz.",
    fallback: "1000, on a microcontroller what the pin has",
  }).optional(),
});

const wiring = {
  inputs: named(input)
    .meta({
      description: "By channel, for every node; `<node>/<channel>` is for one.",
      "x-default": "none",
    })
    .optional(),
  outputs: named(output)
    .meta({
      description: "By output of the app, for every node; `<node>/<output>` is for one.",
      "x-default": "none",
    })
    .optional(),
};

const mockBoard = mapping({
  kind: kind("mock"),
  seed: whole("a whole number from 0 to 4294967295", 0, 4_294_967_295, {
    description: "Of the mock board's noise. Each node draws its own from it.",
    fallback: "1",
  }).optional(),
});

const recordedBoard = mapping({
  kind: kind("recorded"),
  file: filePath({
    description: "With `kind: recorded`: the CSV file. Its header names the columns.",
  }),
  time: text("the name of a column", /\S/, {
    description: "The column of the time, in seconds.",
    fallback: "t, time, time_s or timestamp, or else a row a second",
  }).optional(),
  speed: number("a number from 0.001 to 100000", 0.001, 100_000, {
    description: "How many recorded seconds pass in one second.",
    fallback: "1",
  }).optional(),
  columns: named(
    text("the name of a column", /\S/, {
      description: "The column behind a channel; the key is `<node>/<channel>`.",
    }),
  ).optional(),
});

const piBoard = mapping({
  kind: kind("raspberry-pi"),
  gpio: word(["auto", "chardev", "sysfs"], {
    description: "By which way of the kernel the pins are driven.",
    fallback: "auto: the character device where the kernel has it",
  }).optional(),
  chip: text("the label of a GPIO chip", /\S/, {
    description: "The chip with the pins, by its label, never by its number.",
    fallback: "that of the header",
  }).optional(),
  guard: yes({
    description:
      "Does a small process stand by, which makes outputs safe when the replica is killed?",
    fallback: "true where outputs are driven, but for `gpio: sysfs`, which has none",
  }).optional(),
  ...wiring,
});

const portText = "a serial line, such as /dev/ttyACM0 or usb:2341:0043";

const lineKeys = {
  port: text(portText, /\S/, {
    description: "The serial line to the microcontroller. `usb:` finds it by what it is.",
  }),
  ports: named(
    text(portText, /\S/, { description: "The same for a node where it differs." }),
  ).optional(),
};

const baudRate = (fallback: string) =>
  whole("a whole number from 300 to 4000000", 300, 4_000_000, {
    description: "Of the serial line, in bits a second.",
    fallback,
  }).optional();

const baudFallback = "115200 for the bridge, 57600 for Firmata";

const bridgeBoard = mapping({
  kind: kind("bridge"),
  ...{ ...lineKeys, baudRate: baudRate(baudFallback), ...wiring },
});
const firmataBoard = mapping({
  kind: kind("firmata"),
  ...{ ...lineKeys, baudRate: baudRate(baudFallback), ...wiring },
});

export const boardSchema = z.discriminatedUnion(
  "kind",
  [mockBoard, recordedBoard, piBoard, bridgeBoard, firmataBoard],
  { error: `a mapping with \`kind: mock\` or ${boardKinds.slice(1).map(quoted).join(", ")}` },
);

export type BoardSettings = z.output<typeof boardSchema>;
/** A board of pins, which has a wiring. */
export type PinBoardSettings = Exclude<BoardSettings, { readonly kind: "mock" | "recorded" }>;
export type InputSettings = z.output<typeof input>;
export type OutputSettings = z.output<typeof output>;
