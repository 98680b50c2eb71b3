/**
 * The stories of firmware-bridge/vectors: what a host says, and what a device must answer within
 * which time. They are told to the firmware in simavr as to any other device.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { payloadBytesMax } from "../../../boards/bridge/frames.js";
import { ByteStreamReader, toByteStream } from "../../../src/wire/byte-stream.js";
import type { SequenceVector, StepVector, Vectors } from "../../firmware-bridge/support/vectors.js";
import type { AvrCheck } from "./avr-check.js";
import { bridgeUart, type HexFiles, simavrOf, voterUarts } from "./hex-files.js";
import { Simavr } from "./simavr.js";

/** So long after power-on every firmware listens, in microseconds. */
const listensAfter = 20_000;

/** Steps look for answers so often, in microseconds. */
const lookEvery = 1_000;

/** A chip and its lines; frames wait, oldest first, until a step asks for one of them. */
class Stage {
  readonly #chip: Simavr;
  readonly #uarts: readonly number[];
  readonly #readers: readonly ByteStreamReader[];
  readonly #told: string[][];

  constructor(chip: Simavr, uarts: readonly number[]) {
    this.#chip = chip;
    this.#uarts = uarts;
    this.#readers = uarts.map(() => new ByteStreamReader(payloadBytesMax));
    this.#told = uarts.map(() => []);
  }

  async play(step: StepVector): Promise<void> {
    if ("wait" in step) return await this.#run(step.wait * 1_000);
    const place = step.place ?? 0;
    if ("send" in step)
      this.#say(place, toByteStream(Buffer.from(step.send, "hex"), payloadBytesMax));
    else if ("line" in step) this.#say(place, Buffer.from(step.line, "hex"));
    else if ("comes" in step) await this.#comes(place, step.comes, step.within);
    else await this.#never(place, step.never, step.for);
  }

  #say(place: number, bytes: Uint8Array): void {
    this.#chip.say(this.#uarts[place] ?? 0, bytes);
  }

  async #comes(place: number, pattern: string, within: number): Promise<void> {
    const wanted = new RegExp(`^${pattern}$`);
    const passed: string[] = [];
    for (let waited = 0; waited <= within * 1_000; waited += lookEvery) {
      const told = this.#told[place] ?? [];
      for (let frame = told.shift(); frame !== undefined; frame = told.shift()) {
        if (wanted.test(frame)) return;
        passed.push(frame);
      }
      await this.#run(lookEvery);
    }
    assert.fail(`no ${pattern} at place ${place} within ${within} ms, but ${passed.join(", ")}`);
  }

  async #never(place: number, pattern: string, millis: number): Promise<void> {
    await this.#run(millis * 1_000);
    const told = this.#told[place] ?? [];
    const found = told.find((frame) => new RegExp(`^${pattern}$`).test(frame));
    assert.equal(found, undefined, `${pattern} came at place ${place}`);
    told.length = 0;
  }

  async #run(micros: number): Promise<void> {
    for (const { uart, bytes } of await this.#chip.run(micros)) {
      const place = this.#uarts.indexOf(uart);
      for (const payload of this.#readers[place]?.push(bytes) ?? []) {
        this.#told[place]?.push(Buffer.from(payload).toString("hex"));
      }
    }
  }
}

async function tellStory(
  kind: "bridge" | "voter",
  story: SequenceVector,
  files: HexFiles,
): Promise<void> {
  const uarts = kind === "bridge" ? [bridgeUart] : voterUarts;
  const chip = new Simavr(simavrOf(kind, files, false));
  const stage = new Stage(chip, uarts);
  try {
    await stage.play({ wait: listensAfter / 1_000 });
    for (const [index, step] of story.steps.entries()) {
      try {
        await stage.play(step);
      } catch (error) {
        const text = error instanceof Error ? error.message : String(error);
        throw new Error(`step ${index + 1} of ${story.steps.length}: ${text}`);
      }
    }
  } finally {
    chip.end();
  }
}

/** @param path of vectors.json */
export function storyChecks(path: string): readonly AvrCheck[] {
  const vectors = JSON.parse(readFileSync(path, "utf8")) as Vectors;
  return (["bridge", "voter"] as const).flatMap((kind) =>
    vectors[kind].map((story) => ({
      name: `${kind}, ${story.requirements.join(" ")}: ${story.name}`,
      run: (files: HexFiles) => tellStory(kind, story, files),
    })),
  );
}
