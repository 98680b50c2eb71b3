/**
 * The picture of a voted recording. Above: the channels as thin lines, the voted value thick, gaps
 * where there is none, and a band where a fault was injected. Below, on the same time: a strip for
 * the vote and one for each channel, pale while all is well and loud where it is not, with the
 * reason written where there is room.
 */
import type { Recording } from "../../../boards/recording/csv.js";
import { ink, lineColours } from "../plot/colours.js";
import type { Chart, ChartOption } from "../plot/svg.js";
import { channelStates, type PlotData, voteStates } from "./plot-data.js";
import { plainNumber, TimeScale, valueRange } from "./plot-scales.js";
import {
  faultName,
  faultStrips,
  right,
  type StripSubject,
  stateNames,
  stripHeight,
  stripSeries,
  width,
} from "./plot-strips.js";
import type { VoteSummary } from "./summary.js";

export interface VotePicture extends StripSubject {
  readonly file: string;
  readonly recording: Recording;
  readonly summary: VoteSummary;
}

const linesHeight = 330;
const left = 122;
/** Where the legend of the lines begins; below it, line by line, room is made. */
const legendTop = 62;
const legendLine = 34;
const nameLengthMax = 15;
/** Between the lines and the strips: the time's axis and its name. */
const between = 62;
const below = 84;

export function votePicture(picture: VotePicture): Chart {
  const { file, data } = picture;
  const top = topOf(picture);
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
const faultBand = "rgba(86, 180, 233, 0.16)";

/** The legend of 32 channels takes several lines; how wide a name is drawn is an estimate. */
function topOf({ recording }: VotePicture): number {
  const names = [votedName, ...recording.channels.map(lineName)];
  const lengths = names.map((name) => 26 + 5 + name.length * 7.5 + 22);
  const total = lengths.reduce((sum, length) => sum + length, 0);
  return legendTop + legendLine * Math.ceil(total / (width - left - right)) + 14;
}

const lineLegend = ({ recording: { channels } }: VotePicture): ChartOption => ({
  top: legendTop,
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

/** Long names differ at their ends, as a rule. */
const nameEnd = (name: string): string =>
  name.length > nameLengthMax ? `\u2026${name.slice(1 - nameLengthMax)}` : name;

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
  axisLabel: {
    color: ink.strong,
    interval: 0,
    fontSize: 12,
    formatter: nameEnd,
  },
});

function lineSeries({ data, recording, faults }: VotePicture, scale: TimeScale): ChartOption[] {
  const line = { type: "line", connectNulls: false, clip: true, silent: true, symbol: "none" };
  const channels = recording.channels.map((channel, index) => {
    const colour = lineColours[index % lineColours.length];
    return {
      ...line,
      name: lineName(channel),
      data: pointsOf(data, data.lines[index] ?? [], scale),
      lineStyle: { width: 1.2, color: colour, type: dashOf(index) },
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

/** The colours come again after the last, the dashes do not. */
const dashOf = (index: number): string =>
  ["solid", "dashed", "dotted"][Math.floor(index / lineColours.length) % 3] ?? "solid";

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
