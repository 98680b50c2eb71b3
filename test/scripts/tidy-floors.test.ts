/** The floor table: what may import what, and that the table itself makes sense. */
import { describe, expect, it } from "vitest";
import { mayImport, type Room, rooms } from "../../scripts/tidy/rooms.js";
import { checkTwins, pureFile } from "./twins.js";

const importOf = (path: string): string => `import { x } from "${path}";\nx();\n`;

describe("floors", () => {
  checkTwins([
    {
      rule: "imports go down",
      path: "src/voting/median.ts",
      bad: importOf("../control/app.js"),
      says: "floor 3 must not import src/control, floor 6",
      good: importOf("../kernel/time.js"),
    },
    {
      rule: "rooms of one floor do not import one another",
      path: "src/control/gate.ts",
      bad: importOf("../faults/fault.js"),
      says: "never sideways",
      good: importOf("./lease/lease.js"),
    },
    {
      rule: "the wire is built on the codes, and not the codes on the wire",
      path: "src/codes/crc.ts",
      bad: importOf("../wire/cobs.js"),
      says: "must not import src/wire",
      good: importOf("../codes/crc.js"),
      goodPath: "src/wire/cobs.ts",
    },
    {
      rule: "the hosts do not know one another",
      path: "src/sim/world.ts",
      bad: importOf("../host/loop.js"),
      says: "must not import src/host",
      good: importOf("../node/node.js"),
    },
    {
      rule: "the board contract stands below the third floor",
      path: "src/wire/link.ts",
      bad: importOf("../../boards/board.js"),
      says: "must not import boards",
      good: importOf("../../boards/board.js"),
      goodPath: "src/voting/median.ts",
    },
    {
      rule: "boards know only the kernel",
      path: "boards/mock/boiler.ts",
      bad: importOf("../../src/voting/median.js"),
      says: "boards, floor 2 must not import src/voting",
      good: importOf("../../src/kernel/prng.js"),
    },
    {
      rule: "a board of real hardware is a room of its own",
      path: "boards/board.ts",
      bad: importOf("./raspberry-pi/pins.js"),
      says: "must not import boards/raspberry-pi",
      good: importOf("../board.js"),
      goodPath: "boards/raspberry-pi/pins.ts",
    },
    {
      rule: "a folder without a floor is refused",
      path: "src/cloud/fleet.ts",
      bad: "export const fleet = 1;\n",
      says: "in no room",
      good: "export const fleet = 1;\n",
      goodPath: "src/cli/fleet.ts",
    },
    {
      rule: "src imports nothing from outside",
      path: "src/cli/demo.ts",
      bad: importOf("../../test/support/site.js"),
      says: "outside src and boards",
      good: importOf("../host/loop.js"),
    },
    {
      rule: "nothing imports the public face",
      path: "src/cli/demo.ts",
      bad: importOf("../index.js"),
      says: "public face",
      good: importOf("../../src/index.js"),
      goodPath: "examples/boiler/boiler.ts",
    },
    {
      rule: "the public face shows pure rooms",
      path: "src/index.ts",
      bad: 'export { loop } from "./host/loop.js";\n',
      says: "only pure rooms",
      good: 'export { Node } from "./node/node.js";\n',
    },
    {
      rule: "pure rooms do not know Node",
      path: pureFile,
      bad: importOf("node:fs"),
      says: "node:fs in a pure room",
      good: importOf("cbor-x"),
    },
    {
      rule: "Node's modules have other names too",
      path: pureFile,
      bad: importOf("fs"),
      says: "fs in a pure room",
      good: importOf("fs"),
      goodPath: "src/host/disk.ts",
    },
    {
      rule: "a package is not let in by the beginning of its name",
      path: pureFile,
      bad: importOf("cbor-x-streams"),
      says: "in a pure room",
      good: importOf("@noble/hashes/sha2.js"),
    },
    {
      rule: "re-exports and types count as imports",
      path: pureFile,
      bad: 'export type A = import("../cli/io.js").CliIo;\n',
      says: "must not import src/cli",
      good: 'export type A = import("../kernel/time.js").Instant;\n',
    },
  ]);

  it("no two rooms import one another", () => {
    const pairs = rooms.flatMap((one) => rooms.map((other): [Room, Room] => [one, other]));
    const mutual = pairs.filter(
      ([one, other]) => one !== other && mayImport(one, other) && mayImport(other, one),
    );
    expect(mutual).toEqual([]);
  });

  it("whatever a pure room may import is pure, up to the hosts", () => {
    const leaks = rooms
      .filter((room) => room.pure)
      .flatMap((room) => rooms.filter((other) => mayImport(room, other) && !other.pure));
    expect(leaks).toEqual([]);
  });
});
