/** `voter` of a `holdfast.yaml`: where the output voter in firmware is, and what is wired to it. */
import { z } from "zod";
import { duration, mapping, named, number, text, whole } from "./schema-parts.js";
import { voterPins } from "./voter.js";

const portText = "a serial line, such as /dev/ttyACM0 or usb:2341:0042";

const output = mapping({
  pin: z.enum(voterPins, { error: `one of ${voterPins.join(", ")}` }).meta({
    description: "Of the Arduino Mega with the voter.",
  }),
  as: z
    .enum(["digital", "pwm"], { error: "`digital` or `pwm`" })
    .meta({ description: "On and off, or a share of the time.", "x-default": "digital" })
    .optional(),
  tolerance: number("a number of at least 0", 0, Number.MAX_VALUE, {
    description:
      "Votes that differ by no more agree; in the output's unit, at most its whole range.",
    fallback: "0",
  }).optional(),
  grace: duration(
    "Without a majority the last voted value stays so long, at most 1s.",
    "2 cycles, at most 1s",
  ).optional(),
  patience: duration(
    "So long a replica may be outside the majority until it is said to disagree, at most 65535ms.",
    "5 cycles, at most 65535ms",
  ).optional(),
});

export const voterSchema = mapping({
  port: text(portText, /\S/, {
    description: "The serial line to the voter. Each replica has its own, to a UART of its own.",
  }),
  ports: named(
    text(portText, /\S/, { description: "The same for a node where it differs." }),
  ).optional(),
  baudRate: whole("a whole number from 300 to 4000000", 300, 4_000_000, {
    description: "Of the serial line, in bits a second.",
    fallback: "115200",
  }).optional(),
  rebind: z
    .boolean({ error: "true or false" })
    .meta({
      description: "Is a voter of another cluster taken over? Two replicas must say so.",
      "x-default": "false",
    })
    .optional(),
  outputs: named(output).meta({
    description:
      "By output of the app: all with `right: voter`, and others that hang on the voter without " +
      "being voted: the voter drives these as the replica with the right says.",
  }),
});

export type VoterContent = z.output<typeof voterSchema>;
