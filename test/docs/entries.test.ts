/** The entries of the package: each leads to a file that is built and says its public names. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

interface Entry {
  readonly types: string;
  readonly default: string;
}

const { exports } = JSON.parse(readFileSync(join(process.cwd(), "package.json"), "utf8")) as {
  readonly exports: Readonly<Record<string, Entry>>;
};

/** What the pages of the entries promise behind each. */
const names: Readonly<Record<string, readonly string[]>> = {
  ".": ["defineApp", "instant", "millis"],
  "./n-version": ["openVersions"],
  "./sensor-voter": ["SensorVoter"],
  "./voters": ["voters"],
  "./batch": ["voteBatch"],
  "./structured-vote": ["structuredVote"],
  "./recovery-block": ["runRecoveryBlock"],
  "./self-checking": ["SelfChecking"],
  "./checked-word": ["checkedWord"],
  "./repeat": ["repeatAndVote"],
  "./re-reading": ["reread"],
  "./fault-history": ["FaultHistory"],
  "./e2e-sender": ["e2eSender"],
  "./e2e-receiver": ["e2eReceiver"],
  "./erasure-code": ["ErasureCode"],
  "./error-code": ["ErrorCode"],
  "./detectors": ["detectors"],
  "./path-watch": ["PathWatch"],
  "./membership": ["Membership"],
  "./live-agent": ["LiveAgent"],
  "./executive": ["Executive"],
  "./tasks": ["sleep", "lock", "unlock", "nextRelease", "pause"],
  "./run-virtually": ["VirtualTime", "runVirtually"],
  "./priority": ["priority"],
  "./contention": ["Contention"],
  "./schedule-analysis": ["analyse"],
  "./live-executive": ["LiveExecutive"],
  "./lane": ["Lane"],
  "./exported-slices": ["runExportedSlices"],
  "./lane-lock": ["makeLock"],
  "./supervision": ["Supervision"],
  "./windowed-watchdog": ["WindowedWatchdog"],
  "./windowed-petter": ["WindowedPetter"],
  "./question-watchdog": ["QuestionWatchdog"],
  "./question-answerer": ["QuestionAnswerer"],
  "./pin-board": ["pinNamed"],
  "./board": ["readingAge"],
  "./fence": ["Fence"],
  "./mock-pins": ["MockPinBoard"],
  "./wired-board": ["openWired"],
  "./raspberry-pi": ["openRaspberryPi"],
  "./firmata": ["openFirmata"],
  "./bridge": ["openBridge"],
  "./output-voter": ["openVoter"],
  "./johnny-five-io": ["JohnnyFiveIo"],
  "./microcontroller": ["Microcontroller"],
  "./atmega328p": ["atmega328p"],
  "./atmega2560": ["atmega2560"],
  "./intel-hex": ["parseIntelHex"],
  "./live-microcontrollers": ["LiveMicrocontrollers"],
  "./serial-port": ["openSerialPort"],
  "./client": ["connect", "StateRefusal"],
  "./history-recorder": ["HistoryRecorder"],
  "./history-lines": ["encodeHistory"],
};

const page = [
  "redundancy.md",
  "detection.md",
  "scheduling.md",
  "watchdog.md",
  "boards.md",
  "simulated-microcontroller.md",
  "state.md",
  "history.md",
]
  .map((name) => readFileSync(join(process.cwd(), "docs", name), "utf8"))
  .join("\n");

describe("the package's entries", () => {
  it("are those that are known here, and all are named to users", () => {
    expect(Object.keys(exports)).toEqual(Object.keys(names));
    for (const entry of Object.keys(exports).slice(1)) expect(page).toContain(entry.slice(2));
  });

  it.each(Object.entries(names))("%s gives %j", async (entry, wanted) => {
    const path = exports[entry]?.default ?? "";
    const source = path.replace("./dist/", "").replace(/\.js$/, ".ts");
    expect(existsSync(join(process.cwd(), source)), source).toBe(true);
    const loaded = (await import(join(process.cwd(), source))) as Record<string, unknown>;
    for (const name of wanted) expect(loaded[name], name).toBeDefined();
  });
});
