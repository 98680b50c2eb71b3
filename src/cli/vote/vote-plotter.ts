/** Gathers the rows of a voted recording while they are told, and draws them when all are there. */
import type { CliIo } from "../io.js";
import { type Draw, loadDraw, PlotFile } from "../plot/svg.js";
import { PlotData } from "./plot-data.js";
import { votePicture } from "./plot-option.js";
import type { VoteSummary } from "./summary.js";
import type { VotedRow, VoteRequest } from "./vote-recording.js";

export interface PlotSubject {
  readonly file: string;
  readonly request: VoteRequest;
}

export class VotePlotter {
  readonly #target: PlotFile;
  readonly #draw: Draw;
  readonly #subject: PlotSubject;
  readonly #data: PlotData;

  /** @throws CliFailure where nothing could be drawn or written in the end */
  static async open(io: CliIo, name: string, subject: PlotSubject): Promise<VotePlotter> {
    return new VotePlotter(new PlotFile(io, name), await loadDraw(), subject);
  }

  private constructor(target: PlotFile, draw: Draw, subject: PlotSubject) {
    this.#target = target;
    this.#draw = draw;
    this.#subject = subject;
    this.#data = new PlotData(subject.request.recording.channels);
  }

  add(row: VotedRow): void {
    this.#data.add(row);
  }

  write(summary: VoteSummary): void {
    const { file, request } = this.#subject;
    const { recording, faults } = request;
    const chart = votePicture({ file, recording, faults, data: this.#data, summary });
    this.#target.write(this.#draw(chart));
  }
}
