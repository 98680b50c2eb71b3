/** Where a replica stands: what gives it its board, hears its events, and may tell it to end. */
import type { Board } from "../../../boards/board.js";
import type { RunSettings } from "../../config/settings.js";
import { checkedBoard } from "../../control/protection/checked-board.js";
import type { LiveNode } from "../../host/live-node.js";
import type { ArmBridge } from "../../host/watchdog/watchdog-arming.js";
import type { NodeId } from "../../kernel/ids.js";
import type { Instant } from "../../kernel/time.js";
import type { NodeEvent } from "../../node/events.js";

export interface Ground {
  makeBoard(now: Instant): Board;
  /** Of a board that can watch this host; null for one that cannot. */
  readonly armBridge: ArmBridge | null;
  onEvent(at: Instant, event: NodeEvent): void;
  /** Calls `end` when the replica must end in good order. */
  onEnd(end: () => void): void;
  onUp(live: LiveNode, node: NodeId): void;
  close(): void;
}

/** A replica of its own: its board is what the config says, and only signals end it. */
export async function localGround(settings: RunSettings, self: NodeId): Promise<Ground> {
  // A replica whose parent has the board needs neither the plants nor the players of recordings.
  const { localBoard } = await import("./local-board.js");
  const local = await localBoard(settings, self);
  const makeBoard = (now: Instant) => checkedBoard(settings.cluster, self, local.makeBoard(now));
  const { close, armBridge = null } = local;
  return { makeBoard, armBridge, close, onEvent: () => {}, onEnd: () => {}, onUp: () => {} };
}
