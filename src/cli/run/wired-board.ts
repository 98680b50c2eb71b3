/**
 * A replica's board on real pins: opened before the replica begins, safe from then on, and given
 * back on every way out on which this process can still act.
 *
 * The last word at the end of the process is said in its `exit` event, which comes also after an
 * exception that nobody caught, and after `process.exit`. Nothing runs after SIGKILL: see
 * docs/boards.md for what holds then.
 */
import type { PinBoard } from "../../../boards/pin-board.js";
import { openWired, type WiredBoard } from "../../../boards/wired/wired-board.js";
import type { PinBoardSettings } from "../../config/board-schema.js";
import type { RunSettings } from "../../config/settings.js";
import { wiringOf } from "../../config/wiring-settings.js";
import { BoardWatch } from "../../host/board-watch.js";
import { makeLogger } from "../../host/logger.js";
import { type Clock, MonotonicClock } from "../../host/monotonic-clock.js";
import type { ArmBridge } from "../../host/watchdog/watchdog-arming.js";
import { bridgeDevice } from "../../host/watchdog/watchdog-settings.js";
import type { NodeId } from "../../kernel/ids.js";
import { CliFailure } from "../exit.js";
import type { LocalBoard } from "./local-board.js";
import { openPins } from "./open-pins.js";
import { ownSpecsOf } from "./own-specs.js";

/** @throws CliFailure (not available) with the sentence of the board, or of each of its lines */
export async function wiredBoard(
  settings: RunSettings,
  board: PinBoardSettings,
  node: NodeId,
): Promise<LocalBoard> {
  const { cluster, log } = settings;
  const clock = new MonotonicClock();
  const logger = makeLogger(node, log.level);
  const tell = (level: "info" | "warn", text: string) => logger[level](`board: ${text}`);
  const opened = await openPins(board, { cluster: cluster.cluster, node, clock, tell });
  if (!opened.ok) throw new CliFailure("notAvailable", `board: ${opened.message}`);
  const pins = opened.board;
  const wired = wire(pins, settings, board, node, clock);
  const giveBack = (): void => wired.close(clock.now());
  process.once("exit", giveBack);
  const { description } = pins;
  logger.info({ board: description, expires: pins.expires }, "the board is open");
  const watch = new BoardWatch({ board: wired, description, clock, logger });
  const close = (): void => {
    watch.close();
    process.off("exit", giveBack);
    giveBack();
  };
  return { makeBoard: () => wired, close, armBridge: await armingOf(pins, clock) };
}

/** Null for a board that cannot watch its host. */
async function armingOf(pins: PinBoard, clock: Clock): Promise<ArmBridge | null> {
  if (!pins.watchdogs.some(({ name }) => name === bridgeDevice)) return null;
  const { BridgeBoard } = await import("../../../boards/bridge/bridge-board.js");
  const { armBridgeWatchdog } = await import("../../../boards/bridge/arm-watchdog.js");
  if (!(pins instanceof BridgeBoard)) return null;
  return (timeout, tell) => armBridgeWatchdog(pins, { clock, timeout, tell });
}

function wire(
  pins: PinBoard,
  settings: RunSettings,
  board: PinBoardSettings,
  node: NodeId,
  clock: MonotonicClock,
): WiredBoard {
  const specs = ownSpecsOf(settings, node);
  const wiring = wiringOf(board, node, specs);
  const opening = openWired(clock.now(), { pins, ...specs, wiring });
  if (opening.ok) return opening.board;
  pins.close(clock.now());
  const messages = opening.refusals.map(({ message }) => message);
  throw new CliFailure("notAvailable", `board: ${messages.join("\nboard: ")}`);
}
