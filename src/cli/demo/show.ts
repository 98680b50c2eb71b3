/** The demo while it runs: the picture, the keys or the script, and every way in which it ends. */
import type { NodeId } from "../../kernel/ids.js";
import { CliFailure } from "../exit.js";
import type { CliIo } from "../io.js";
import { paintFor } from "../terminal.js";
import { dashboard } from "./dashboard.js";
import { Keyboard, keysOf, press } from "./keyboard.js";
import { lastLine } from "./log-end.js";
import { Screen } from "./screen.js";
import { play } from "./script.js";
import type { Session } from "./session.js";

export interface Showing {
  readonly nodes: readonly NodeId[];
  /** Null: until somebody ends it. */
  readonly forMs: number | null;
  readonly scripted: boolean;
  /** Fulfilled when a signal asks for the end. */
  readonly signalled: Promise<void>;
}

/** How often the picture is drawn, and whether all is well looked at, in milliseconds. */
const drawMs = 200;

/**
 * Until the time is over, or somebody wants to leave. The terminal is as it was before when this
 * ends, however it ends.
 *
 * @throws CliFailure (not available) when a replica cannot be started
 */
export async function show(io: CliIo, session: Session, showing: Showing): Promise<void> {
  const { nodes, forMs, scripted, signalled } = showing;
  const cleanups: (() => void)[] = [];
  try {
    await new Promise<void>((end, fail) => {
      void signalled.then(end);
      cleanups.push(every(() => failed(session, fail)));
      if (forMs !== null) cleanups.push(later(forMs, end));
      if (scripted && forMs !== null) cleanups.push(play(session, forMs));
      const keyed = forMs === null && process.stdin.isTTY === true;
      if (keyed) {
        const keyboard = new Keyboard(process.stdin, (key) => press(session, nodes, key), end);
        cleanups.push(() => keyboard.close());
      }
      if (canDraw(io)) cleanups.push(picture(io, session, keyed));
      else io.stderr.write(`${announcement(forMs, keyed)}\n`);
    });
  } finally {
    for (const cleanup of cleanups.reverse()) cleanup();
  }
}

/** A dumb terminal cannot go back to the first line. */
const canDraw = (io: CliIo): boolean => io.stderr.isTerminal && io.env["TERM"] !== "dumb";

function announcement(forMs: number | null, keyed: boolean): string {
  if (forMs !== null) return `the demo runs for ${forMs / 1_000} s`;
  const faults = keyed ? "" : "; there is no keyboard, for faults give --for 20s";
  return `the demo runs; Ctrl-C ends it with a summary${faults}`;
}

function every(action: () => void): () => void {
  const timer = setInterval(action, drawMs);
  return () => clearInterval(timer);
}

function later(delayMs: number, action: () => void): () => void {
  const timer = setTimeout(action, delayMs);
  return () => clearTimeout(timer);
}

function failed(session: Session, fail: (error: Error) => void): void {
  const [node] = session.failed();
  if (node === undefined) return;
  const log = session.logFile(node);
  const end = lastLine(log);
  const said = end === null ? "" : `, which ends: ${end}`;
  fail(new CliFailure("notAvailable", `replica ${node} does not start; its log is ${log}${said}`));
}

/** Also when something throws where nobody catches it, the terminal is given back. */
function picture(io: CliIo, session: Session, keyed: boolean): () => void {
  const screen = new Screen(io.stderr);
  const paint = paintFor(io, io.stderr);
  const draw = (): void => {
    const view = session.view(keyed ? keysOf(session) : ["Ctrl-C ends it with a summary"]);
    screen.draw(dashboard(view, paint, screen.size));
  };
  const close = (): void => screen.close();
  const stop = every(draw);
  process.once("exit", close);
  draw();
  return () => {
    stop();
    process.off("exit", close);
    close();
  };
}
