/**
 * The comparison of voters as a picture: a panel a fault, a bar a voter, and in each bar what
 * became of the faulty rows. Pale is well, loud is a wrong value that was believed; behind the bar
 * stands how many false alarms there were.
 */
import type { CliIo } from "../io.js";
import { ink, tones } from "../plot/colours.js";
import { type Chart, type ChartOption, loadDraw, PlotFile } from "../plot/svg.js";
import type { ComparisonOptions, VoterScores } from "./voter-comparison.js";
import type { Score } from "./voter-scores.js";

export type ComparisonPlotter = (
  source: string,
  options: ComparisonOptions,
  scores: readonly VoterScores[],
) => void;

/** @throws CliFailure where nothing could be drawn or written in the end */
export async function comparisonPlotter(io: CliIo, name: string): Promise<ComparisonPlotter> {
  const target = new PlotFile(io, name);
  const draw = await loadDraw();
  return (source, options, scores) =>
    target.write(draw(comparisonPicture(source, options, scores)));
}

const width = 1_200;
const left = 150;
const columns = 4;
/** Between panels, for the marks behind the bars. */
const gap = 44;
const panelWidth = Math.floor((width - left - columns * gap) / columns);
const barHeight = 20;
const top = 92;
/** Above a panel for its title, and below it for its axis. */
const titleHeight = 34;
const axisHeight = 30;

interface Panel {
  readonly name: string;
  /** By voter. */
  readonly scores: readonly Score[];
}

export function comparisonPicture(
  source: string,
  options: ComparisonOptions,
  scores: readonly VoterScores[],
): Chart {
  const panels = panelsOf(options, scores);
  const panelHeight = barHeight * scores.length;
  const lines = Math.ceil(panels.length / columns);
  const voters = scores.map(({ voter }) => voter);
  return {
    title: `holdfast compare voter ${source}`,
    width,
    height: top + lines * (titleHeight + panelHeight + axisHeight) + 12,
    option: {
      textStyle: { fontFamily: "sans-serif", color: ink.text },
      title: [titleOf(source, options), ...panels.map(panelTitle(panelHeight))],
      legend: {
        top: 62,
        left,
        itemWidth: 18,
        itemHeight: 12,
        itemGap: 26,
        icon: "rect",
        selectedMode: false,
        data: parts.map(({ name }) => name),
      },
      grid: panels.map((_, place) => gridOf(place, panelHeight)),
      xAxis: panels.map((_, gridIndex) => shareAxis(gridIndex)),
      yAxis: panels.map((_, gridIndex) => voterAxis(gridIndex, voters)),
      series: panels.flatMap(({ scores: ofPanel }, place) => seriesOf(ofPanel, place)),
    },
  };
}

function panelsOf({ kinds }: ComparisonOptions, scores: readonly VoterScores[]): Panel[] {
  const faultFree = { name: "without a fault", scores: scores.map((score) => score.faultFree) };
  const faults = kinds.map(({ name }, index) => ({
    name,
    scores: scores.flatMap(({ byFault }) => byFault[index]?.score ?? []),
  }));
  return [faultFree, ...faults];
}

const titleOf = (source: string, options: ComparisonOptions): ChartOption => ({
  text: `What voters make of faulty channels: ${source}`,
  subtext:
    `share of the rows in which a fault changed a reading   \u00b7   ` +
    `tolerance ${options.tolerance}, faults of size ${options.size}, ` +
    `${options.trials} trials each, seed ${options.seed}   \u00b7   !n: n false alarms`,
  left: 16,
  top: 10,
  itemGap: 6,
  textStyle: { fontSize: 18, color: ink.strong },
  subtextStyle: { fontSize: 12, color: ink.text },
});

const leftOf = (place: number): number => left + (place % columns) * (panelWidth + gap);

const topOf = (place: number, panelHeight: number): number =>
  top + Math.floor(place / columns) * (titleHeight + panelHeight + axisHeight) + titleHeight;

const panelTitle =
  (panelHeight: number) =>
  ({ name }: Panel, place: number): ChartOption => ({
    text: name,
    left: leftOf(place) - 5,
    top: topOf(place, panelHeight) - 26,
    textStyle: { fontSize: 13, color: ink.strong },
  });

const gridOf = (place: number, height: number): ChartOption => ({
  left: leftOf(place),
  top: topOf(place, height),
  width: panelWidth,
  height,
});

const shareAxis = (gridIndex: number): ChartOption => ({
  type: "value",
  gridIndex,
  min: 0,
  max: 100,
  interval: 50,
  splitLine: { lineStyle: { color: ink.rule } },
  axisLabel: { color: ink.text, fontSize: 10, formatter: "{value} %" },
});

/** The voters are named once in a line of panels. */
const voterAxis = (gridIndex: number, voters: readonly string[]): ChartOption => ({
  type: "category",
  gridIndex,
  inverse: true,
  data: voters,
  axisTick: { show: false },
  axisLine: { lineStyle: { color: ink.quiet } },
  axisLabel: {
    show: gridIndex % columns === 0,
    interval: 0,
    color: ink.strong,
    width: left - 24,
    overflow: "truncate",
  },
});

interface Part {
  readonly name: string;
  readonly colour: string;
  count(score: Score): number;
}

const parts: readonly Part[] = [
  { name: "masked", colour: tones.well, count: ({ masked }) => masked },
  { name: "no value", colour: tones.silent, count: ({ lost }) => lost },
  { name: "missed: a wrong value", colour: tones.bad, count: ({ missed }) => missed },
];

function seriesOf(scores: readonly Score[], place: number): ChartOption[] {
  return parts.map(({ name, colour, count }, index) => ({
    type: "bar",
    name,
    stack: `panel ${place}`,
    xAxisIndex: place,
    yAxisIndex: place,
    silent: true,
    barWidth: barHeight - 6,
    itemStyle: { color: colour },
    data: scores.map((score) => (score.rows === 0 ? 0 : (100 * count(score)) / score.rows)),
    label: {
      show: index === parts.length - 1,
      position: "right",
      color: ink.strong,
      fontSize: 10,
      formatter: ({ dataIndex }: { dataIndex: number }) => alarmMark(scores[dataIndex]),
    },
  }));
}

const alarmMark = (score: Score | undefined): string =>
  score === undefined || score.falseAlarms === 0 ? "" : `!${score.falseAlarms}`;
