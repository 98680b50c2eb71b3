/** A way to the GPIO lines of one chip: what the character device and sysfs have in common. */
import type { Instant } from "../../src/kernel/time.js";
import type { InputLine, InputRequest, Opened, OutputLine, OutputRequest } from "../pin-board.js";

export interface GpioBackEnd {
  readonly kind: "chardev" | "sysfs";
  openInput(
    now: Instant,
    place: LinePlace,
    request: InputRequest,
    onClose: () => void,
  ): Opened<InputLine>;
  openOutput(
    now: Instant,
    place: LinePlace,
    request: OutputRequest,
    onClose: () => void,
  ): Opened<OutputLine>;
  /** After all lines are closed. */
  close(): void;
}

export interface LinePlace {
  readonly pin: string;
  /** On its chip. */
  readonly offset: number;
}
