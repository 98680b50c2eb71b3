/**
 * The picture of a voted recording. Above: the channels as thin lines, the voted value thick, gaps
 * where there is none, and a band where a fault was injected. Below, on the same time: a strip for
 * the vote and one for each channel, pale while all is well and loud where it is not, with the
 * reason written where there is room.
 */
import type { Recording } from "../../../boards/recording/csv.js";
import { ink, lineColours, tones } from "../plot/colours.js";
import type { Chart, ChartOption } from "../plot/svg.js";
import type { InjectedFault } from "./injection.js";
import { channelStates, type PlotData, type Run, voteStates } from "./plot-data.js";
import { plainNumber, TimeScale, valueRange } from "./plot-scales.js";
import type { VoteSummary } from "./summary.js";

export interface VotePicture {
  readonly file: string;
  readonly recording: Recording;
  readonly faults: readonly InjectedFault[];
  readonly data: PlotData;
  readonly summary: VoteSummary;
}

const width = 1_200;
const linesHeight = 330;
const stripHeight = 26;
const left = 110;
const right = 30;
const top = 112;
/** Between the lines and the strips: the time's axis and its name. */
const between = 62;
const below = 84;

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
const stateNames: Readonly<Record<Run["state"], string>> = {
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

export function votePicture(picture: VotePicture): Chart {
  const { file, data } = picture;
  const scale = new TimeScale(data.times);
  const stripsHeight = stripHeight * stripNames(picture).length;
  const stripsTop = top + linesHeight + between;
  const height = stripsTop + stripsHeight + below;
  const range = valueRange(data);
  return {
    title: `holdfast vote ${file}`,
    width,
    height,
    option: {
      textStyle: { fontFamily: "sans-serif", color: ink.text },
      title: titleOf(picture, range.beyond),
      legend: [lineLegend(picture), ...stateLegends(picture, height)],
      grid: [
        { left, right, top, height: linesHeight },
        { left, right, top: stripsTop, height: stripsHeight },
      ],
      xAxis: [
        { ...timeAxis(scale), name: scale.name, nameLocation: "middle", nameGap: 28 },
        {
          ...timeAxis(scale),
          gridIndex: 1,
          axisLabel: { show: false },
          splitLine: { show: false },
        },
      ],
      yAxis: [valueAxis(range), stripAxis(picture)],
      series: [
        ...lineSeries(picture, scale),
        ...stripSeries(picture, scale),
        faultStrips(picture, scale),
      ],
    },
  };
}

function titleOf({ file, summary }: VotePicture, beyond: number): ChartOption {
  const { voter, tolerance, rows, statuses, faultyRows, falseAlarms } = summary;
  const counts = Object.entries(statuses).filter(([, count]) => count > 0);
  const parts = [
    `${rows} rows: ${counts.map(([status, count]) => `${count} ${status}`).join(", ")}`,
    `${falseAlarms} false alarm${falseAlarms === 1 ? "" : "s"}`,
  ];
  if (faultyRows !== null) {
    const { rows: faulty, masked, missed, lost } = faultyRows;
    parts.push(
      `${faulty} faulty rows: ${masked} masked, ${missed} missed, ${lost} without a value`,
    );
  }
  if (beyond > 0) parts.push(`${beyond} readings beyond the picture`);
  return {
    text: `What ${voter} says of ${file}, tolerance ${tolerance}`,
    subtext: parts.join("   \u00b7   "),
    itemGap: 6,
    left: 16,
    top: 10,
    textStyle: { fontSize: 18, color: ink.strong },
    subtextStyle: { fontSize: 12, color: ink.text },
  };
}

const votedName = "voted value";
const faultName = "injected fault";
const faultBand = "rgba(86, 180, 233, 0.16)";
const faultBar = "#56B4E9";

const lineLegend = ({ recording: { channels } }: VotePicture): ChartOption => ({
  top: 62,
  left,
  itemWidth: 26,
  itemHeight: 4,
  itemGap: 22,
  icon: "rect",
  selectedMode: false,
  data: [votedName, ...channels.map(lineName)],
});

/** A channel may have any name, also that of a state or of the vote. */
const lineName = (channel: string): string => `channel ${channel}`;

/** Only the states that occur; those of the vote in a line of their own. */
function stateLegends({ data, recording }: VotePicture, height: number): ChartOption[] {
  const strips = recording.channels.flatMap((_, index) => data.strip(index));
  const present = new Set([...data.voteStrip, ...strips].map(({ state }) => state));
  return [voteStates, channelStates].map((states, line) => ({
    top: height - 58 + 24 * line,
    left,
    itemWidth: 18,
    itemHeight: 12,
    itemGap: 26,
    icon: "rect",
    selectedMode: false,
    data: states.filter((state) => present.has(state)).map((state) => stateNames[state]),
  }));
}

const timeAxis = (scale: TimeScale): ChartOption => ({
  type: "value",
  min: scale.min,
  max: scale.max,
  splitLine: { lineStyle: { color: "#f0f0f0" } },
  axisLine: { show: true, onZero: false, lineStyle: { color: ink.quiet } },
  axisTick: { show: true },
  axisLabel: { color: ink.text, showMaxLabel: false, formatter: plainNumber },
});

const valueAxis = ({ min, max }: { min: number; max: number }): ChartOption => ({
  type: "value",
  name: "value (unit of the sensor)",
  nameLocation: "middle",
  nameGap: 56,
  nameRotate: 90,
  min,
  max,
  axisLine: { show: true, onZero: false, lineStyle: { color: ink.quiet } },
  axisLabel: { color: ink.text, showMinLabel: false, showMaxLabel: false, formatter: plainNumber },
  splitLine: { lineStyle: { color: "#f0f0f0" } },
});

/** From above: the vote, the channels, and what was injected. */
const stripNames = ({ recording, faults }: VotePicture): string[] => [
  "vote",
  ...recording.channels,
  ...faults.map(() => faultName),
];

const stripAxis = (picture: VotePicture): ChartOption => ({
  type: "category",
  gridIndex: 1,
  inverse: true,
  data: stripNames(picture),
  axisLine: { show: false },
  axisTick: { show: false },
  axisLabel: { color: ink.strong, fontSize: 12, width: left - 20, overflow: "truncate" },
});

function lineSeries({ data, recording, faults }: VotePicture, scale: TimeScale): ChartOption[] {
  const line = { type: "line", connectNulls: false, clip: true, silent: true, symbol: "none" };
  const channels = recording.channels.map((channel, index) => {
    const colour = lineColours[index % lineColours.length];
    return {
      ...line,
      name: lineName(channel),
      data: pointsOf(data, data.lines[index] ?? [], scale),
      lineStyle: { width: 1.2, color: colour },
      itemStyle: { color: colour },
      z: 3,
    };
  });
  const voted = {
    ...line,
    name: votedName,
    data: pointsOf(data, data.voted, scale),
    lineStyle: { width: 3, color: ink.strong, opacity: 0.75 },
    itemStyle: { color: ink.strong },
    z: 4,
    markArea: {
      silent: true,
      itemStyle: { color: faultBand },
      data: faults.map(({ begin, end }) => [
        { xAxis: scale.at(begin) },
        { xAxis: scale.at(end ?? Number.POSITIVE_INFINITY) },
      ]),
    },
  };
  return [...channels, voted];
}

/** A value between two gaps is drawn as a dot: a line alone would not show it. */
function pointsOf(data: PlotData, values: readonly (number | null)[], scale: TimeScale) {
  const points = data.points(values);
  return points.map(([row, value], index) => {
    const point = [scale.at(row), value];
    const alone =
      (points[index - 1]?.[1] ?? null) === null && (points[index + 1]?.[1] ?? null) === null;
    return alone && value !== null ? { value: point, symbol: "circle", symbolSize: 4 } : point;
  });
}

/** One series a state, because a legend names series. */
function stripSeries({ data, recording }: VotePicture, scale: TimeScale): ChartOption[] {
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
        const reason = runs[dataIndex]?.reason ?? "";
        const fits = reason !== "" && reason.length * letterWidth < bar.width;
        const fill = state === "excluded" ? "#ffffff" : ink.strong;
        return barShape(bar, stateColours[state], fits ? centredText(reason, bar, fill) : null);
      },
    };
  });
}

/** The text stands beside the bar, on the side where there is room. */
function faultStrips({ recording, faults }: VotePicture, scale: TimeScale): ChartOption {
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
