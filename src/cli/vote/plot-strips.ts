/**
 * The strips of the picture of a vote: one for the vote, one for each channel and one for each
 * injected fault, in which a run of rows is a bar, with its reason written where there is room.
 */
import { ink, tones } from "../plot/colours.js";
import type { ChartOption } from "../plot/svg.js";
import type { InjectedFault } from "./injection.js";
import { channelStates, type PlotData, type Run, voteStates } from "./plot-data.js";
import type { TimeScale } from "./plot-scales.js";

/** What the strips show. */
export interface StripSubject {
  readonly recording: { readonly channels: readonly string[] };
  readonly faults: readonly InjectedFault[];
  readonly data: PlotData;
}

/** In pixels: of the whole picture, at its right, and of one strip. */
export const width = 1_200;
export const right = 30;
export const stripHeight = 26;

export const faultName = "injected fault";
const faultBar = "#56B4E9";

/** A strip shorter than this is still seen: one row of ten thousand is a pixel of its own. */
const runWidthMin = 1.2;
/** How wide a letter of a strip's text is, at most. */
const letterWidth = 6.2;

const stateColours: Readonly<Record<Run["state"], string>> = {
  agrees: tones.good,
  "no verdict": "#ececec",
  "no data": tones.silent,
  dissents: tones.warning,
  returning: tones.returning,
  excluded: tones.bad,
  ok: tones.well,
  degraded: tones.fair,
  insufficient: "#6f6f6f",
  "no-majority": tones.unknown,
};

/** What the legend calls a state: the vote's and the channels' share one line. */
export const stateNames: Readonly<Record<Run["state"], string>> = {
  agrees: "channel agrees",
  "no verdict": "not judged (no value)",
  "no data": "no data",
  dissents: "dissents",
  returning: "excluded, on its way back",
  excluded: "excluded",
  ok: "vote: ok",
  degraded: "vote: degraded",
  insufficient: "vote: insufficient",
  "no-majority": "vote: no majority",
};

/** One series a state, because a legend names series. */
export function stripSeries({ data, recording }: StripSubject, scale: TimeScale): ChartOption[] {
  const strips = [data.voteStrip, ...recording.channels.map((_, index) => data.strip(index))];
  return [...voteStates, ...channelStates].map((state, severity) => {
    const runs = strips.flatMap((strip, index) =>
      strip.filter((run) => run.state === state).map((run) => ({ ...run, index })),
    );
    return {
      ...stripBase,
      name: stateNames[state],
      itemStyle: { color: stateColours[state] },
      // What is loud lies over what is pale, where both are within one pixel.
      z: 2 + severity,
      data: runs.map(({ begin, end, index }) => [scale.at(begin), scale.at(end), index]),
      renderItem: ({ dataIndex }: RenderPlace, api: RenderApi) => {
        const bar = barOf(api);
        const text = fitting(runs[dataIndex]?.reason ?? "", bar);
        const fill = state === "excluded" ? "#ffffff" : ink.strong;
        return barShape(
          bar,
          stateColours[state],
          text === "" ? null : centredText(text, bar, fill),
        );
      },
    };
  });
}

/** The reason, or its first word, or nothing. */
function fitting(reason: string, bar: Bar): string {
  const texts = [reason, reason.split("_")[0] ?? ""];
  return texts.find((text) => text.length * letterWidth < bar.width) ?? "";
}

/** The text stands beside the bar, on the side where there is room. */
export function faultStrips({ recording, faults }: StripSubject, scale: TimeScale): ChartOption {
  const above = 1 + recording.channels.length;
  return {
    ...stripBase,
    name: faultName,
    data: faults.map(({ begin, end }, index) => [
      scale.at(begin),
      scale.at(end ?? Number.POSITIVE_INFINITY),
      above + index,
    ]),
    renderItem: ({ dataIndex }: RenderPlace, api: RenderApi) => {
      const bar = barOf(api);
      const text = faults[dataIndex]?.text ?? "";
      if (text.length * letterWidth < bar.width) {
        return barShape(bar, faultBar, centredText(text, bar, ink.strong));
      }
      return barShape(bar, faultBar, besideText(text, bar));
    },
  };
}

const stripBase = {
  type: "custom",
  xAxisIndex: 1,
  yAxisIndex: 1,
  silent: true,
  encode: { x: [0, 1], y: 2 },
} as const;

interface RenderApi {
  value(dimension: number): number;
  coord(point: readonly [number, number]): readonly [number, number];
}

interface RenderPlace {
  readonly dataIndex: number;
}

interface Bar {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Of an item whose data are where it begins, where it ends, and the place of its strip. */
function barOf(api: RenderApi): Bar {
  const [x, y] = api.coord([api.value(0), api.value(2)]);
  const [end] = api.coord([api.value(1), api.value(2)]);
  const height = stripHeight - 6;
  return { x, y: y - height / 2, width: Math.max(end - x, runWidthMin), height };
}

function barShape(shape: Bar, fill: string, text: ChartOption | null): ChartOption {
  const rect = { type: "rect", shape, style: { fill } };
  return { type: "group", children: text === null ? [rect] : [rect, text] };
}

const centredText = (text: string, bar: Bar, fill: string): ChartOption =>
  barText(text, bar.x + bar.width / 2, bar, { align: "center", fill });

function besideText(text: string, bar: Bar): ChartOption {
  const fitsRight = bar.x + bar.width + 6 + text.length * letterWidth < width - right;
  const x = fitsRight ? bar.x + bar.width + 6 : bar.x - 6;
  return barText(text, x, bar, { align: fitsRight ? "left" : "right", fill: ink.strong });
}

const barText = (text: string, x: number, bar: Bar, style: ChartOption): ChartOption => ({
  type: "text",
  style: { text, x, y: bar.y + bar.height / 2, verticalAlign: "middle", fontSize: 10, ...style },
});
