import { describe, expect, it } from "vitest";
import { millis } from "../../../../src/kernel/time.js";
import { AccuracyChecker } from "../../../../src/sim/fleet/checkers/accuracy.js";
import { unnoticed } from "../../../../src/sim/fleet/checkers/completeness.js";
import { ConvergenceChecker } from "../../../../src/sim/fleet/checkers/convergence.js";
import { DetectionChecker } from "../../../../src/sim/fleet/checkers/detection.js";
import { FlapChecker } from "../../../../src/sim/fleet/checkers/flaps.js";
import { LoadChecker, tagBytes } from "../../../../src/sim/fleet/checkers/load.js";
import { FleetTruth } from "../../../../src/sim/fleet/truth.js";
import { FleetViews } from "../../../../src/sim/fleet/views.js";
import { encodeBody } from "../../../../src/wire/cbor.js";
import { headerBytes } from "../../../../src/wire/envelope.js";
import { all, one, says, tell, three, two } from "../support/told.js";
import { at } from "../support/toy-fleet.js";

function scene() {
  const truth = new FleetTruth(all);
  const views = new FleetViews();
  return { truth, views };
}

describe("accuracy", () => {
  it("FLEET-7: counts what is said of a live member, and not what was said before", () => {
    const { truth, views } = scene();
    const checker = new AccuracyChecker(truth, views, at(10));
    checker.output(at(9), one, says.suspectsItself(two));
    tell(views, 9, one, says.suspects(three));
    tell(views, 9, one, says.trusts(three));
    checker.output(at(10), one, says.suspectsItself(two));
    tell(views, 10, one, says.suspects(two));
    tell(views, 11, three, says.suspects(two, one));
    tell(views, 12, one, says.dead(two));
    tell(views, 13, three, says.unreachable(two));
    tell(views, 14, three, says.dead(two));
    expect(checker.result()).toEqual({
      localSuspicions: 1,
      suspectedInView: 2,
      givenUpInView: 2,
      givenUp: 1,
    });
  });

  it("FLEET-7: does not count a crashed one, nor one that is cut off, in any direction", () => {
    const { truth, views } = scene();
    const checker = new AccuracyChecker(truth, views, at(0));
    truth.crashes(three);
    truth.isCutBy((source, target) => source === one && target === two);
    for (const [viewer, subject] of [
      [one, three],
      [one, two],
      [two, one],
    ] as const) {
      checker.output(at(1), viewer, says.suspectsItself(subject));
      tell(views, 1, viewer, says.dead(subject));
    }
    const { localSuspicions, givenUp } = checker.result();
    expect({ localSuspicions, givenUp }).toEqual({ localSuspicions: 0, givenUp: 0 });
    truth.isCutBy(() => false);
    checker.output(at(2), one, says.suspectsItself(two));
    expect(checker.result().localSuspicions).toBe(1);
  });
});

describe("completeness", () => {
  it("FLEET-8: names the pairs of a live viewer that trusts a crashed member", () => {
    const { truth, views } = scene();
    truth.crashes(three);
    expect(unnoticed(truth, views)).toEqual([
      { viewer: one, subject: three },
      { viewer: two, subject: three },
    ]);
    tell(views, 1, one, says.suspects(three));
    tell(views, 1, two, says.dead(three));
    expect(unnoticed(truth, views)).toEqual([]);
    tell(views, 2, two, says.trusts(three));
    expect(unnoticed(truth, views)).toEqual([{ viewer: two, subject: three }]);
    truth.crashes(two);
    expect(unnoticed(truth, views)).toEqual([{ viewer: one, subject: two }]);
  });
});

describe("detection", () => {
  function crashed() {
    const { truth, views } = scene();
    const checker = new DetectionChecker(truth, views);
    truth.crashes(three);
    checker.crashed(at(10), three, views);
    return { truth, views, checker };
  }

  it("FLEET-9: tells the first and the last who suspect and give up", () => {
    const { views, checker } = crashed();
    checker.output(at(12), one, says.suspectsItself(three));
    tell(views, 12, one, says.suspects(three));
    expect(checker.isOver).toBe(false);
    tell(views, 15, two, says.suspects(three, one));
    tell(views, 20, two, says.dead(three));
    expect(checker.results()[0]?.everyoneGaveUp).toBeNull();
    tell(views, 26, one, says.dead(three));
    expect(checker.isOver).toBe(true);
    expect(checker.results()).toEqual([
      {
        first: millis(2),
        everyoneSuspects: millis(5),
        firstGivesUp: millis(10),
        everyoneGaveUp: millis(16),
      },
    ]);
  });

  it("FLEET-9: who takes it back has not noticed yet", () => {
    const { views, checker } = crashed();
    for (const viewer of [one, two]) tell(views, 12, viewer, says.dead(three));
    tell(views, 14, one, says.trusts(three));
    expect(checker.isOver).toBe(false);
    expect(checker.results()[0]?.everyoneSuspects).toBeNull();
    tell(views, 17, one, says.suspects(three));
    tell(views, 18, one, says.dead(three));
    expect(checker.results()[0]).toMatchObject({
      everyoneSuspects: millis(7),
      everyoneGaveUp: millis(8),
    });
  });

  it("FLEET-9: who crashes need not notice, and was suspected already", () => {
    const { truth, views, checker } = crashed();
    tell(views, 11, one, says.suspects(two));
    tell(views, 12, one, says.dead(three));
    truth.crashes(two);
    views.forget(two);
    checker.crashed(at(20), two, views);
    expect(checker.results()).toEqual([
      {
        first: null,
        everyoneSuspects: millis(10),
        firstGivesUp: millis(2),
        everyoneGaveUp: millis(10),
      },
      { first: millis(0), everyoneSuspects: millis(0), firstGivesUp: null, everyoneGaveUp: null },
    ]);
    checker.restarted(two);
    expect(checker.results()).toHaveLength(1);
  });
});

describe("flaps", () => {
  it("FLEET-10: are returns of those who never crashed", () => {
    const { truth, views } = scene();
    const checker = new FlapChecker(truth, views, at(5));
    truth.crashes(three);
    for (const [ms, subject] of [
      [3, two],
      [6, two],
      [7, three],
    ] as const) {
      tell(views, ms, one, says.suspects(subject));
      tell(views, ms, one, says.trusts(subject));
    }
    expect(checker.flaps).toBe(1);
  });
});

describe("convergence", () => {
  it("FLEET-11: is since when all live views are true", () => {
    const { truth, views } = scene();
    const checker = new ConvergenceChecker(truth, views, at(0));
    expect(checker.since).toBe(at(0));
    tell(views, 3, one, says.suspects(two));
    expect([checker.since, checker.wrong]).toEqual([null, 1]);
    tell(views, 4, one, says.dead(two));
    expect(checker.wrong).toBe(1);
    tell(views, 5, one, says.trusts(two));
    expect(checker.since).toBe(at(5));
  });

  it("FLEET-11: wants the crashed noticed, and the returned trusted again", () => {
    const { truth, views } = scene();
    const checker = new ConvergenceChecker(truth, views, at(0));
    truth.crashes(three);
    views.forget(three);
    checker.changed(at(10));
    expect(checker.wrong).toBe(2);
    tell(views, 12, one, says.suspects(three));
    tell(views, 13, two, says.dead(three));
    expect(checker.since).toBe(at(13));
    truth.restarts(three);
    checker.changed(at(20));
    expect([checker.since, checker.wrong]).toEqual([null, 2]);
    tell(views, 21, one, says.trusts(three));
    tell(views, 22, two, says.trusts(three));
    expect(checker.since).toBe(at(22));
  });
});

describe("load", () => {
  it("FLEET-12: counts messages exactly, and bytes of whole frames by samples", () => {
    const checker = new LoadChecker(all, at(10));
    const body = [1, "ping"];
    checker.message(at(9), one, two, body);
    for (let count = 0; count < 30; count += 1) checker.message(at(10 + count), one, two, body);
    for (let count = 0; count < 15; count += 1) checker.message(at(10 + count), two, one, body);
    const frame = headerBytes(one) + encodeBody(body).length + tagBytes;
    const load = checker.result(at(40), millis(10));
    expect(load.messagesMean).toBeCloseTo(45 / 3 / 3);
    expect(load.messagesMax).toBeCloseTo(10);
    expect(load.bytesMean).toBeCloseTo(frame * 5);
    expect(load.bytesMax).toBeCloseTo(frame * 10);
  });
});
