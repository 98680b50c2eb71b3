/** Opens the board of pins that the config names. Nothing of the others is loaded. */
import type { OpenedBoard } from "../../../boards/pin-board.js";
import type { PinBoardSettings } from "../../config/board-schema.js";
import type { Clock } from "../../host/monotonic-clock.js";
import { unreachable } from "../../kernel/assert.js";
import type { NodeId } from "../../kernel/ids.js";

export interface PinsOf {
  readonly cluster: string;
  readonly node: NodeId;
  readonly clock: Clock;
  /** What happens to a microcontroller, for the log. */
  readonly tell: (level: "info" | "warn", text: string) => void;
}

/** In bits a second. */
const baudRates = { bridge: 115_200, firmata: 57_600 } as const;

export async function openPins(board: PinBoardSettings, of: PinsOf): Promise<OpenedBoard> {
  const { cluster, node, clock, tell } = of;
  switch (board.kind) {
    case "raspberry-pi": {
      const { openRaspberryPi } = await import("../../../boards/raspberry-pi/open.js");
      const { gpio = "auto", chip } = board;
      const guard = isGuarded(board);
      return openRaspberryPi({ gpio, guard, clock, ...(chip === undefined ? {} : { chip }) });
    }
    case "bridge": {
      const { openBridge } = await import("../../../boards/bridge/open.js");
      const { eventLevel, eventText } = await import("../../../boards/bridge/events.js");
      return openBridge({
        ...{ ...(await lineOf(board, node)), clock, cluster, node },
        onEvent: (_, event) => tell(eventLevel(event), eventText(event)),
      });
    }
    case "firmata": {
      const { openFirmata } = await import("../../../boards/arduino/open.js");
      return openFirmata({ ...(await lineOf(board, node)), clock, name: portOf(board, node) });
    }
    default:
      return unreachable(board);
  }
}

type PiSettings = Extract<PinBoardSettings, { readonly kind: "raspberry-pi" }>;

/** Where it is not said: wherever there is something to guard, and a way to do it. */
const isGuarded = ({ guard, gpio, outputs = {} }: PiSettings): boolean =>
  guard ?? (gpio !== "sysfs" && Object.keys(outputs).length > 0);

type LineSettings = Exclude<PinBoardSettings, { readonly kind: "raspberry-pi" }>;

const portOf = ({ port, ports }: LineSettings, node: NodeId): string => ports?.[node] ?? port;

async function lineOf(board: LineSettings, node: NodeId) {
  const { openSerialPort } = await import("../../host/serial/open-serial-port.js");
  const line = { path: portOf(board, node), baudRate: board.baudRate ?? baudRates[board.kind] };
  return { open: () => openSerialPort(line), baudRate: line.baudRate };
}
