/** The vectors as headers for the tests in C, which read no JSON. */
import type { SequenceVector, StepVector, Vectors } from "./vectors.js";

const text = (value: string): string => JSON.stringify(value);

function step(one: StepVector): string {
  const place = "place" in one ? (one.place ?? 0) : 0;
  if ("send" in one) return `{STEP_SEND, ${place}, 0, ${text(one.send)}}`;
  if ("line" in one) return `{STEP_LINE, ${place}, 0, ${text(one.line)}}`;
  if ("wait" in one) return `{STEP_WAIT, 0, ${one.wait}, ""}`;
  if ("comes" in one) return `{STEP_COMES, ${place}, ${one.within}, ${text(one.comes)}}`;
  return `{STEP_NEVER, ${place}, ${one.for}, ${text(one.never)}}`;
}

function sequences(name: string, all: readonly SequenceVector[]): readonly string[] {
  return [
    `static const vector_sequence ${name}_sequences[] = {`,
    ...all.flatMap(({ name: title, steps }) => [
      `    {${text(title)}, ${steps.length}, (const vector_step[]){`,
      ...steps.map((one) => `        ${step(one)},`),
      "    }},",
    ]),
    "};",
  ];
}

const origin = "/** From the vectors; see vectors/README.md. Not to be changed by hand. */";

const fileOf = (lines: readonly string[]): string => `${[origin, ...lines].join("\n")}\n`;

const framesOf = ({ frames, streams }: Vectors): readonly string[] => [
  "static const vector_frame frames[] = {",
  ...frames.map((one) => `    {${text(one.name)}, ${text(one.payload)}, ${text(one.line)}},`),
  "};",
  "static const vector_stream streams[] = {",
  ...streams.map(({ name, line, payloads, bad }) => {
    const joined = payloads.join(" ");
    return `    {${text(name)}, ${text(line)}, ${text(joined)}, ${bad}},`;
  }),
  "};",
];

/** By the name of the file. Written beside the JSON, and compared with it by the same test. */
export const headersOf = (vectors: Vectors): ReadonlyMap<string, string> =>
  new Map([
    ["frames.h", fileOf(framesOf(vectors))],
    ["bridge-sequences.h", fileOf(sequences("bridge", vectors.bridge))],
    ["voter-sequences.h", fileOf(sequences("voter", vectors.voter))],
  ]);
