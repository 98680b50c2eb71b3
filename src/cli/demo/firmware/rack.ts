/**
 * The microcontrollers of the demo: a bridge for each replica, which measures, and one output voter
 * with a line to each of them, which drives the heater. They run the firmware of the repository in
 * simulated chips, in threads of their own. Here they are opened, broken and mended.
 */
import { setTimeout as pause } from "node:timers/promises";
import type { BridgeBoard } from "../../../../boards/bridge/bridge-board.js";
import { type BridgeEvent, eventText } from "../../../../boards/bridge/events.js";
import type { Place } from "../../../../boards/bridge/frames.js";
import { openBridge } from "../../../../boards/bridge/open.js";
import { openVoter } from "../../../../boards/bridge/open-voter.js";
import {
  standingText,
  type VoterEvent,
  voterEventText,
} from "../../../../boards/bridge/voter-events.js";
import type { VotedOutput, VoterOutputs } from "../../../../boards/bridge/voter-outputs.js";
import type { AnalogLine, PinRefusal } from "../../../../boards/pin-board.js";
import {
  type LiveMicrocontroller,
  LiveMicrocontrollers,
  type LiveUartLine,
} from "../../../../boards/simulated-avr/live-microcontrollers.js";
import { openUart } from "../../../../boards/simulated-avr/uart-stream.js";
import type { Clock } from "../../../host/monotonic-clock.js";
import { assert } from "../../../kernel/assert.js";
import type { NodeId } from "../../../kernel/ids.js";
import { millis, seconds } from "../../../kernel/time.js";
import { CliFailure } from "../../exit.js";
import { bridgeOf, type Told, voteOf } from "../staged-site.js";
import type { FirmwareFlashes } from "./hex-files.js";

export interface RackOptions {
  /** Three: the voter has as many lines. */
  readonly nodes: readonly NodeId[];
  readonly cluster: string;
  readonly flashes: FirmwareFlashes;
  readonly output: VotedOutput;
  readonly clock: Clock;
}

/** What a replica has of the rack. */
export interface RackPlace {
  readonly node: NodeId;
  readonly place: Place;
  readonly bridge: LiveMicrocontroller;
  readonly board: BridgeBoard;
  readonly thermometer: AnalogLine;
  /** Its line to the voter. */
  readonly line: LiveUartLine;
  readonly voter: VoterOutputs;
}

/** The voter's output 0 is D5 of an Arduino Mega. */
const heaterPin = "D5";

/** A thread each: a voter that counts votes is as busy as the three bridges together. */
interface Chips {
  readonly bridges: LiveMicrocontrollers;
  readonly voter: LiveMicrocontrollers;
}

async function stopped({ bridges, voter }: Chips): Promise<void> {
  await Promise.all([bridges.stop(), voter.stop()]);
}

/** The voter's UART 0 is for a person. */
const firstVoterLine = 1;

/** Often enough for a cycle of a tenth of a second. */
const sampling = millis(40);

/** All start at once, on a machine that may have two processors. */
const helloTimeout = seconds(20);

export class FirmwareRack {
  readonly places: readonly RackPlace[];
  readonly #chips: Chips;
  readonly #voter: LiveMicrocontroller;
  readonly #told: Told[];

  /** @throws CliFailure (not available) where one of them does not answer */
  static async open(options: RackOptions): Promise<FirmwareRack> {
    const told: Told[] = [];
    const onEnd = (reason: string) => told.push(plain(`microcontrollers have stopped: ${reason}`));
    const chips: Chips = {
      bridges: await LiveMicrocontrollers.start(
        options.nodes.map((node) => bridgeSpec(node, options)),
        onEnd,
      ),
      voter: await LiveMicrocontrollers.start([voterSpec(options)], onEnd),
    };
    try {
      const opening = options.nodes.map((node, place) =>
        openPlace({ options, chips, told }, node, place as Place),
      );
      const places = await Promise.all(opening);
      await inStep(places, options.clock);
      return new FirmwareRack(chips, places, told);
    } catch (error) {
      await stopped(chips);
      throw error;
    }
  }

  private constructor(chips: Chips, places: readonly RackPlace[], told: Told[]) {
    this.#chips = chips;
    this.#voter = chips.voter.named("voter");
    this.#told = told;
    this.places = places;
  }

  at(node: NodeId): RackPlace {
    const found = this.places.find((place) => place.node === node);
    assert(found !== undefined, `${node} has no place in the rack`);
    return found;
  }

  /** The share of the time in which the voter drives the heater's pin; 0 where no voter runs. */
  get heaterDuty(): number {
    return this.#voter.view?.pins.get(heaterPin)?.duty ?? 0;
  }

  /** How often a chip has started beyond its first time. */
  get resets(): number {
    const chips = [this.#voter, ...this.places.map(({ bridge }) => bridge)];
    return chips.reduce((sum, { starts }) => sum + Math.max(0, starts - 1), 0);
  }

  /** What bridges and voter have told since the last look, in sentences. */
  takeTold(): readonly Told[] {
    return this.#told.splice(0);
  }

  async close(now: ReturnType<Clock["now"]>): Promise<void> {
    for (const { board, voter } of this.places) {
      board.close(now);
      voter.close(now);
    }
    await Promise.all(this.places.flatMap(({ board, voter }) => [board.ended, voter.ended]));
    await stopped(this.#chips);
  }
}

/**
 * The first second of a simulated chip takes longer than one, before its code is compiled, and it
 * makes up for it afterwards. Replicas that begin meanwhile would take all its samples for old
 * ones. On a machine that is too busy they begin all the same, and the picture shows it.
 */
async function inStep(places: readonly RackPlace[], clock: Clock): Promise<void> {
  const begun = clock.now();
  const oldest = (): number => {
    const now = clock.now();
    return Math.max(...places.map(({ thermometer }) => now - thermometer.read(now).sourceTime));
  };
  while (oldest() > inStepAge && clock.now() - begun < inStepWait) await pause(inStepPause);
}

const inStepAge = millis(150);
const inStepWait = seconds(15);

/** In milliseconds. */
const inStepPause = 50;

const bridgeSpec = (node: NodeId, { flashes }: RackOptions) =>
  ({ name: bridgeOf(node), part: "ATmega328P", flash: flashes.bridge, watched: [] }) as const;

const voterSpec = ({ flashes }: RackOptions) =>
  ({ name: "voter", part: "ATmega2560", flash: flashes.voter, watched: [heaterPin] }) as const;

interface Opening {
  readonly options: RackOptions;
  readonly chips: Chips;
  readonly told: Told[];
}

const plain = (text: string): Told => ({ text, device: null, well: true });

async function openPlace(
  { options, chips, told }: Opening,
  node: NodeId,
  place: Place,
): Promise<RackPlace> {
  const { cluster, clock, output } = options;
  const bridge = chips.bridges.named(bridgeOf(node));
  const line = lineOf(chips.voter.named("voter"), firstVoterLine + place);
  const [opened, voter] = await Promise.all([
    openBridge({
      ...{ cluster, node, clock, helloTimeout, sampling },
      open: () => openUart(lineOf(bridge, 0)),
      onEvent: (_, event) => told.push(ofBridge(node, event)),
    }),
    openVoter({
      ...{ cluster, clock, place, helloTimeout, outputs: [output] },
      open: () => openUart(line),
      onEvent: (_, event) => told.push(...ofVoter(options.nodes, node, event)),
    }),
  ]);
  if (!opened.ok) throw notAvailable(opened);
  if (!voter.ok) throw notAvailable(voter);
  const { board } = opened;
  const thermometer = board.openAnalog(clock.now(), "A0");
  if (!thermometer.ok) throw notAvailable(thermometer);
  const { outputs } = voter;
  return { node, place, bridge, board, thermometer: thermometer.line, line, voter: outputs };
}

const ofBridge = (node: NodeId, event: BridgeEvent): Told => ({
  ...{ text: `${bridgeOf(node)}: ${eventText(event)}`, device: bridgeOf(node) },
  well: event.kind === "live" || event.kind === "line-restored",
});

/** All hear the same verdicts: how a replica stands is told once, by the first that hears. */
function ofVoter(nodes: readonly NodeId[], node: NodeId, event: VoterEvent): readonly Told[] {
  const about = event.kind === "replica" ? nodes[event.place] : undefined;
  if (about === undefined) return [plain(`voter, to ${node}: ${voterEventText(event)}`)];
  if (event.kind !== "replica") return [];
  const { standing } = event;
  const text = `voter, to ${node}: ${about} ${standingText(standing)}`;
  return [{ text, device: voteOf(about), well: standing === "well" }];
}

const notAvailable = ({ message }: PinRefusal): CliFailure =>
  new CliFailure("notAvailable", `the simulated firmware does not run: ${message}`);

function lineOf(chip: LiveMicrocontroller, index: number): LiveUartLine {
  const line = chip.lines[index];
  assert(line !== undefined, `no UART ${index}`);
  return line;
}
