/**
 * The comparison of detectors as a picture: four panels, what is measured over the sizes or losses
 * that were compared, a colour a detector. With one size and loss there are bars instead of lines.
 */
import type { CliIo } from "../io.js";
import { ink, lineColours } from "../plot/colours.js";
import { type Chart, type ChartOption, loadDraw, PlotFile } from "../plot/svg.js";
import type { StudyScores } from "./detector-comparison.js";
import type { DetectorScore } from "./detector-scores.js";

/** @param about a line on what was compared */
export type DetectorPlotter = (about: string, studies: readonly StudyScores[]) => void;

/** @throws CliFailure where nothing could be drawn or written in the end */
export async function detectorPlotter(io: CliIo, name: string): Promise<DetectorPlotter> {
  const target = new PlotFile(io, name);
  const draw = await loadDraw();
  return (about, studies) => target.write(draw(detectorPicture(about, studies)));
}

const width = 1_200;
const left = 70;
const top = 120;
const gapX = 90;
const gapY = 80;
const panelWidth = (width - 2 * left - gapX) / 2;
const panelHeight = 230;

interface Panel {
  readonly name: string;
  /** Null where there is no such number. */
  value(score: DetectorScore): number | null;
  /** Whether the axis counts in powers of ten; then there is no 0. */
  readonly isLog: boolean;
}

const panels: readonly Panel[] = [
  {
    name: "everybody suspects, at the latest (ms)",
    value: ({ everyoneSuspects }) =>
      everyoneSuspects === null ? null : everyoneSuspects.max / 1_000,
    isLog: true,
  },
  {
    name: "messages of a member in a period",
    value: ({ messages }) => messages.mean,
    isLog: true,
  },
  {
    name: "bytes of a member in a period",
    value: ({ bytes }) => bytes.mean,
    isLog: true,
  },
  {
    name: "false suspicions of a member in an hour",
    value: ({ falseSuspicions }) => falseSuspicions,
    isLog: false,
  },
];

export function detectorPicture(about: string, studies: readonly StudyScores[]): Chart {
  const detectors = studies[0]?.detectors.map(({ detector }) => detector) ?? [];
  return {
    title: "holdfast compare detector",
    width,
    height: top + 2 * (panelHeight + gapY),
    option: {
      textStyle: { fontFamily: "sans-serif", color: ink.text },
      color: lineColours,
      title: [titleOf(about), ...panels.map(panelTitle)],
      legend: { top: 62, left, itemGap: 20, selectedMode: false, data: detectors },
      grid: panels.map((_, place) => ({
        ...cornerOf(place),
        width: panelWidth,
        height: panelHeight,
      })),
      xAxis: panels.map((_, gridIndex) => studyAxis(gridIndex, studies)),
      yAxis: panels.map(({ isLog }, gridIndex) => ({
        type: isLog ? "log" : "value",
        gridIndex,
        splitLine: { lineStyle: { color: ink.rule } },
        axisLabel: { color: ink.text, fontSize: 10 },
      })),
      series: panels.flatMap((panel, place) =>
        detectors.map((name, index) => seriesOf(panel, place, name, index, studies)),
      ),
    },
  };
}

const titleOf = (about: string): ChartOption => ({
  text: "Detectors on the same seeded faults",
  subtext: about,
  left: 16,
  top: 10,
  itemGap: 6,
  textStyle: { fontSize: 18, color: ink.strong },
  subtextStyle: { fontSize: 12, color: ink.text },
});

const cornerOf = (place: number) => ({
  left: left + (place % 2) * (panelWidth + gapX),
  top: top + Math.floor(place / 2) * (panelHeight + gapY),
});

const panelTitle = ({ name }: Panel, place: number): ChartOption => ({
  text: name,
  left: cornerOf(place).left - 5,
  top: cornerOf(place).top - 28,
  textStyle: { fontSize: 13, color: ink.strong },
});

const studyAxis = (gridIndex: number, studies: readonly StudyScores[]): ChartOption => ({
  type: "category",
  gridIndex,
  data: studies.map(({ nodes, loss }) => `${nodes}, ${Number((100 * loss).toPrecision(3))} %`),
  name: "members, loss",
  nameLocation: "middle",
  nameGap: 24,
  axisLine: { lineStyle: { color: ink.quiet } },
  axisLabel: { color: ink.text, fontSize: 10 },
});

function seriesOf(
  panel: Panel,
  place: number,
  name: string,
  index: number,
  studies: readonly StudyScores[],
): ChartOption {
  const data = studies.map(({ detectors }) => {
    const score = detectors[index]?.all;
    const value = score === undefined ? null : panel.value(score);
    return value === null || (panel.isLog && value <= 0) ? "-" : value;
  });
  const axes = { xAxisIndex: place, yAxisIndex: place, name, silent: true, data };
  if (studies.length === 1) return { type: "bar", ...axes };
  return { type: "line", ...axes, symbolSize: 6, lineStyle: { type: dashOf(index) } };
}

/** More detectors than colours: those of the second round are dashed. */
const dashOf = (index: number): string => (index < lineColours.length ? "solid" : "dashed");
