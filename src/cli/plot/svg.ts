/**
 * A chart as the text of an SVG file, drawn by ECharts, which needs no browser for it (see
 * docs/adr/0010). The library is an optional package, for a board that votes need not plot: so it
 * is loaded when the first chart is asked for, and its absence is told as what it is.
 *
 * The same chart gives the same bytes: whatever the library counts in its names from chart to chart
 * is put back to 0.
 */
import { accessSync, constants, statSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { CliFailure } from "../exit.js";
import type { CliIo } from "../io.js";

/** An option object of ECharts; its own types need a browser's, and half a second to check. */
export type ChartOption = Readonly<Record<string, unknown>>;

export interface Chart {
  /** Said by screen readers, and shown by browsers for the file. */
  readonly title: string;
  /** In pixels of the picture as drawn; it scales. */
  readonly width: number;
  readonly height: number;
  readonly option: ChartOption;
}

interface DrawnChart {
  setOption(option: ChartOption): void;
  renderToSVGString(): string;
  dispose(): void;
}

/** What is used of the library. */
interface EchartsCore {
  use(parts: readonly unknown[]): void;
  init(
    element: null,
    theme: null,
    settings: { renderer: "svg"; ssr: true; width: number; height: number },
  ): DrawnChart;
}

type Parts = Readonly<Record<string, unknown>>;

export type Draw = (chart: Chart) => string;

/** The parts of the library that our charts are made of. */
const wanted: Readonly<Record<string, readonly string[]>> = {
  "echarts/charts": ["LineChart", "BarChart", "CustomChart"],
  "echarts/components": [
    "GridComponent",
    "LegendComponent",
    "MarkAreaComponent",
    "TitleComponent",
    "GraphicComponent",
  ],
  "echarts/renderers": ["SVGRenderer"],
};

/** @throws CliFailure (not available) where the package was left out */
export async function loadDraw(): Promise<Draw> {
  try {
    const core = (await load("echarts/core")) as unknown as EchartsCore;
    for (const [module, names] of Object.entries(wanted)) {
      const parts = await load(module);
      core.use(names.map((name) => parts[name]));
    }
    return (chart) => draw(core, chart);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const hint = "--plot needs the optional package echarts (npm install echarts)";
    throw new CliFailure("notAvailable", `${hint}: ${reason}`);
  }
}

/** By a name that the compiler does not follow: the package may be absent, and we build anyway. */
const load = async (module: string): Promise<Parts> => (await import(module)) as Parts;

function draw(core: EchartsCore, { title, width, height, option }: Chart): string {
  const chart = core.init(null, null, { renderer: "svg", ssr: true, width, height });
  chart.setOption({ animation: false, backgroundColor: "#ffffff", ...option });
  const svg = chart.renderToSVGString();
  chart.dispose();
  const named = svg.replace(/^<svg[^>]*>/, (open) => `${open}\n<title>${escaped(title)}</title>`);
  return `${plain(named)}\n`;
}

/**
 * Without what only a page around the picture would use, styles for a pointer that hovers and marks
 * for its events. The names that remain, such as `zr3-c0`, count the charts of this process.
 */
const plain = (svg: string): string =>
  svg
    .replaceAll(/ (?:class|ecmeta_[a-z_]+)="[^"]*"/g, "")
    .replace(/<style >[\s\S]*<\/style>\n/, "")
    .replaceAll(/(["#])zr\d+-c/g, "$1zr0-c");

const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

/** Where a picture goes; asked before the work is done, for its failure would come at the end. */
export class PlotFile {
  readonly #name: string;
  readonly #path: string;
  readonly #flag: string;

  /** @throws CliFailure: usage for another kind of file, not available where none can be */
  constructor(io: CliIo, name: string, flag = "--plot", ending = ".svg") {
    if (!name.toLowerCase().endsWith(ending)) {
      const message = `${flag}: expected a name that ends in ${ending}, got "${name}"`;
      throw new CliFailure("usage", message);
    }
    this.#name = name;
    this.#flag = flag;
    this.#path = resolve(io.cwd, name);
    this.#attempt(() => {
      accessSync(dirname(this.#path), constants.W_OK);
      if (statSync(this.#path, { throwIfNoEntry: false })?.isDirectory() === true) {
        throw new Error("it is a folder");
      }
    });
  }

  write(picture: string): void {
    this.#attempt(() => writeFileSync(this.#path, picture));
  }

  #attempt(action: () => void): void {
    try {
      action();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new CliFailure(
        "notAvailable",
        `${this.#flag} ${this.#name}: cannot be written: ${reason}`,
      );
    }
  }
}
