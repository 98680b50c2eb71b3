/**
 * `node dist/examples/pathfinder/main.js [none | inheritance | ceiling]`; without a word, the first
 * two.
 */
import type { ResourceProtocol } from "../../src/scheduling/contention/ports.js";
import { priority } from "../../src/scheduling/priority.js";
import { fly, lineOf, type Mission } from "./mission.js";
import { evidenceLines } from "./timeline.js";

/** The first second is like any other, so it is left out. */
const shownFrom = 990_000;
const shownUntil = 1_400_000;

const protocols = new Map<string, ResourceProtocol>([
  ["none", { kind: "none" }],
  ["inheritance", { kind: "inheritance" }],
  ["ceiling", { kind: "ceiling", ceiling: priority(30) }],
]);

const word = process.argv[2];
const names = word === undefined ? ["none", "inheritance"] : [word];
for (const name of names) {
  const protocol = protocols.get(name);
  if (protocol !== undefined) show(name, fly(protocol));
  else {
    console.error(`"${name}" is no protocol: none, inheritance or ceiling`);
    process.exitCode = 2;
  }
}

function show(name: string, mission: Mission): void {
  console.log(`== the lock has the protocol "${name}"`);
  for (const entry of mission.entries)
    if (entry.at >= shownFrom && entry.at < shownUntil) console.log(lineOf(entry));
  if (mission.evidence !== null) {
    console.log("the evidence:");
    for (const line of evidenceLines(mission.evidence)) console.log(`  ${line}`);
  }
  const { deadlinesMissed, pets, resetAt } = mission;
  const end = resetAt === null ? "no reset" : `RESET at ${resetAt / 1_000} ms`;
  console.log(`deadlines missed: ${deadlinesMissed}; pets: ${pets}; ${end}\n`);
}
