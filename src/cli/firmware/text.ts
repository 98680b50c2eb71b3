/** What `holdfast firmware show` tells a person. */
import { tagText } from "../../../boards/bridge/cluster-tag.js";
import { causeText } from "../../../boards/bridge/events.js";
import {
  type Beat,
  deviceKinds,
  type Hello,
  type OutputVerdict,
  type Verdict,
} from "../../../boards/bridge/frames.js";
import type { Firmware } from "../../../boards/bridge/inspection.js";
import { standingText, stateText } from "../../../boards/bridge/voter-events.js";

export function firmwareText({ hello, beat, verdict, line }: Firmware): string {
  const lines = [
    ...helloLines(hello),
    ...(beat === null ? [] : beatLines(beat)),
    ...(verdict === null ? [] : verdictLines(verdict)),
    ...(beat === null && verdict === null ? ["  it does not beat: is it hung?"] : []),
    ...lineLines(line),
  ];
  return `${lines.join("\n")}\n`;
}

function helloLines({ device, major, minor, ...hello }: Hello): readonly string[] {
  const bound = hello.cluster === 0 ? "none" : `that with the tag ${tagText(hello.cluster)}`;
  const reset = `${causeText(hello.resetCause)}, start ${hello.boots} since power came on`;
  return [
    `${kindText(device)}, firmware ${major}.${minor}`,
    `  cluster: ${bound}`,
    `  last reset: ${reset}`,
    `  up: ${(hello.time / 1e6).toFixed(1)} s (it counts to 4295 s, and begins again)`,
  ];
}

function kindText(device: number): string {
  if (device === deviceKinds.bridge) return "a bridge";
  return device === deviceKinds.voter ? "an output voter" : `a device of kind ${device}`;
}

function beatLines(beat: Beat): readonly string[] {
  const state = beat.supervisionFailed
    ? "failed: its outputs are safe, and it takes no command"
    : beat.supervised
      ? `armed, error counter ${beat.errors}`
      : "off";
  return [
    `  pins: ${beat.configured ? "configured by a host" : "as at its start"}`,
    `  supervision of the host: ${state}`,
    `  counts: ${beat.refused} refused, ${beat.badFrames} bad frames, ${beat.overruns} overruns`,
  ];
}

function verdictLines({ place, replicas, outputs }: Verdict): readonly string[] {
  return [
    `  this line is its place ${place}`,
    ...replicas.map((standing, at) => `  the replica at place ${at} ${standingText(standing)}`),
    ...outputs.map(outputText),
  ];
}

function outputText({ output, state, agreeing, value }: OutputVerdict): string {
  const places = [0, 1, 2].filter((place) => (agreeing & (1 << place)) !== 0);
  const by = places.length === 0 ? "" : `, places ${places.join(" and ")} agree`;
  return `  output ${output} ${stateText(state)} (${((100 * value) / 65_535).toFixed(1)} %${by})`;
}

/** What went wrong on the line; it is opened once. */
function lineLines(line: ReadonlyMap<string, number>): readonly string[] {
  const wrong = [...line].filter(([reason, count]) => count > 0 && reason !== "line-openings");
  if (wrong.length === 0) return [];
  return [`  on the line: ${wrong.map(([reason, count]) => `${count} ${reason}`).join(", ")}`];
}
