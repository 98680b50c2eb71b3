/** A replica's line to the output voter, beside its board. */
import type { Board } from "../../../boards/board.js";
import type { Place } from "../../../boards/bridge/frames.js";
import { openVoter } from "../../../boards/bridge/open-voter.js";
import { voterEventText } from "../../../boards/bridge/voter-events.js";
import type { VotedOutput } from "../../../boards/bridge/voter-outputs.js";
import { JoinedBoard } from "../../../boards/joined-board.js";
import type { RunSettings } from "../../config/settings.js";
import type { VoterSettings } from "../../config/voter.js";
import { boardSpecsOf } from "../../host/board-specs.js";
import { makeLogger } from "../../host/logger.js";
import { MonotonicClock } from "../../host/monotonic-clock.js";
import { openSerialPort } from "../../host/serial/open-serial-port.js";
import { assert } from "../../kernel/assert.js";
import type { NodeId } from "../../kernel/ids.js";
import type { Instant } from "../../kernel/time.js";
import type { ClusterSettings } from "../../node/settings.js";
import { CliFailure } from "../exit.js";
import type { LocalBoard } from "./local-board.js";

/**
 * The outputs that hang on the voter go there, all else to the board. Closing gives back both.
 *
 * @throws CliFailure (not available) where no voter answers
 */
export async function withVoter(
  settings: RunSettings,
  voter: VoterSettings,
  node: NodeId,
  local: LocalBoard,
): Promise<LocalBoard> {
  const clock = new MonotonicClock();
  const logger = makeLogger(node, settings.log.level);
  const outputs = votedOutputs(settings, voter, node);
  const nameOf = (number: number): string =>
    outputs.find((output) => output.number === number)?.spec.name ?? String(number);
  const line = { path: voter.ports[node] ?? voter.port, baudRate: voter.baudRate };
  const opened = await openVoter({
    ...{ clock, outputs, baudRate: voter.baudRate, rebind: voter.rebind },
    ...{ cluster: settings.cluster.cluster, place: placeOf(settings.cluster, node) },
    open: () => openSerialPort(line),
    onEvent: (_, event) => logger.info({ voter: event }, `voter: ${voterEventText(event, nameOf)}`),
  });
  if (!opened.ok) throw new CliFailure("notAvailable", `voter: ${opened.message}`);
  logger.info({ port: line.path }, "the output voter is there");
  const { outputs: votes } = opened;
  return {
    ...local,
    makeBoard: (now: Instant): Board => new JoinedBoard([local.makeBoard(now), votes]),
    // A start that is cut short made no board yet, and the line that is left open would keep the
    // process.
    close: () => {
      votes.close(clock.now());
      local.close();
    },
  };
}

/** The UARTs of the voter are in the order of the nodes' names, however the config lists them. */
export function placeOf({ nodes }: Pick<ClusterSettings, "nodes">, node: NodeId): Place {
  const place = nodes.indexOf(node);
  assert(place >= 0 && place < 3, `${node} has no line to an output voter`);
  return place as Place;
}

function votedOutputs(
  { cluster }: RunSettings,
  voter: VoterSettings,
  node: NodeId,
): readonly VotedOutput[] {
  return boardSpecsOf(cluster, node).outputs.flatMap((spec) => {
    const output = voter.outputs.get(spec.name);
    const byRight = !(cluster.votedOutputs ?? []).includes(spec.name);
    return output === undefined ? [] : [{ spec, byRight, ...output }];
  });
}
