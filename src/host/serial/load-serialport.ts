/**
 * The `serialport` package, which is an optional dependency and is loaded when the first line is
 * opened: who has no serial line needs it not.
 */
export type SerialPortClass = typeof import("serialport").SerialPort;

export type SerialPortResult =
  | { readonly ok: true; readonly SerialPort: SerialPortClass }
  | { readonly ok: false; readonly reason: string };

/** The same answer for as long as the process lives. */
let loaded: Promise<SerialPortResult> | null = null;

export function loadSerialPort(): Promise<SerialPortResult> {
  loaded ??= attempt();
  return loaded;
}

async function attempt(): Promise<SerialPortResult> {
  try {
    const { SerialPort } = await import("serialport");
    return { ok: true, SerialPort };
  } catch (error) {
    const [message] = (error instanceof Error ? error.message : String(error)).split("\n");
    return { ok: false, reason: `install the package: npm install serialport@13 (${message})` };
  }
}
