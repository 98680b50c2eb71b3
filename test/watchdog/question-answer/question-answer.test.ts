import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { timeout } from "../../../src/kernel/machine.js";
import { type Instant, instant, micros, millis } from "../../../src/kernel/time.js";
import { QuestionAnswerer } from "../../../src/watchdog/question-answer/answerer.js";
import {
  type QuestionDeviceOutput,
  QuestionWatchdog,
} from "../../../src/watchdog/question-answer/device.js";
import {
  answerTo,
  decodeAnswer,
  decodeQuestion,
  encodeAnswer,
  encodeQuestion,
  nextQuestion,
  type QuestionAnswerSettings,
} from "../../../src/watchdog/question-answer/protocol.js";

const ms = (count: number): Instant => instant(Math.round(count * 1_000));

const settings: QuestionAnswerSettings = {
  opens: millis(40),
  timeout: millis(100),
  firstTimeout: millis(500),
  errorsAtStart: 3,
  errorStep: 2,
  errorsMax: 7,
  seed: 1,
};

/** A device that has taken its first answer at 100 ms: now sequence 1 with 2 errors. */
function started(more: Partial<QuestionAnswerSettings> = {}) {
  const device = new QuestionWatchdog(ms(0), { ...settings, ...more });
  device.step(ms(0), timeout);
  for (const index of [0, 1, 2, 3]) say(device, 100, index, { sequence: 0, question: 1 });
  return device;
}

interface Said {
  readonly sequence?: number;
  readonly question?: number;
  readonly answer?: number;
}

/** The right byte of the second sequence, unless told otherwise. */
function say(device: QuestionWatchdog, time: number, index: number, said: Said = {}) {
  const { sequence = 1, question = 0xb8 } = said;
  const answer = said.answer ?? answerTo(question, index);
  return device.step(ms(time), {
    kind: "answer",
    bytes: encodeAnswer({ sequence, index, answer }),
  });
}

const kinds = (outputs: readonly QuestionDeviceOutput[]) => outputs.map(({ kind }) => kind);

describe("the bytes", () => {
  it("ASK-1: the questions are those of the register, all 255 of them", () => {
    const asked = [1];
    for (let count = 1; count < 255; count += 1) asked.push(nextQuestion(asked.at(-1) ?? 0));
    expect(asked.slice(0, 8)).toEqual([0x01, 0xb8, 0x5c, 0x2e, 0x17, 0xb3, 0xe1, 0xc8]);
    expect(new Set(asked).size).toBe(255);
    expect(nextQuestion(asked.at(-1) ?? 0)).toBe(1);
  });

  it.each([
    [0x01, [0xf2, 0xef, 0xc8, 0xd5]],
    [0xb8, [0xec, 0xf1, 0xd6, 0xcb]],
    [0xff, [0xff, 0xe2, 0xc5, 0xd8]],
  ])("ASK-2: the answers to %i are those of the README", (question, answers) => {
    expect([0, 1, 2, 3].map((index) => answerTo(question, index))).toEqual(answers);
  });

  it("ASK-2: are those of a CRC that is computed bit by bit", () => {
    for (let question = 1; question < 256; question += 1) {
      for (let index = 0; index < 4; index += 1) {
        expect(answerTo(question, index)).toBe(plainCrc([question, index]));
      }
    }
  });

  it("ASK-7, ANSWER-5: what is no message is none, whatever arrives", () => {
    const question = { sequence: 7, question: 1, errors: 2 };
    expect([...encodeQuestion(question)]).toEqual([0x51, 7, 1, 2]);
    expect(decodeQuestion(encodeQuestion(question))).toEqual(question);
    const answer = { sequence: 7, index: 3, answer: 0xd5 };
    expect([...encodeAnswer(answer)]).toEqual([0x41, 7, 3, 0xd5]);
    expect(decodeAnswer(encodeAnswer(answer))).toEqual(answer);
    const others = [[], [0x51, 7, 1], [0x51, 7, 0, 2], [0x52, 7, 1, 2], [0x51, 7, 1, 2, 3]];
    for (const bytes of others) expect(decodeQuestion(Uint8Array.from(bytes))).toBeNull();
    const noAnswers = [[], [0x41, 7, 3], [0x41, 7, 4, 0], [0x51, 7, 3, 0], [0x41, 7, 3, 0, 0]];
    for (const bytes of noAnswers) expect(decodeAnswer(Uint8Array.from(bytes))).toBeNull();
  });
});

function plainCrc(bytes: readonly number[]): number {
  let crc = 0xff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = ((crc << 1) ^ (crc & 0x80 ? 0x1d : 0)) & 0xff;
  }
  return crc ^ 0xff;
}

describe("the device", () => {
  it("ASK-3: a right answer counts down, and the next question comes", () => {
    const device = started();
    expect(device.errors).toBe(2);
    for (const index of [0, 1, 2]) expect(say(device, 139.999, index)).toEqual([]);
    const bytes = encodeQuestion({ sequence: 2, question: 0x5c, errors: 1 });
    expect(say(device, 140, 3)).toEqual([
      { kind: "right", errors: 1 },
      { kind: "question", bytes },
    ]);
  });

  it.each([
    ["wrong", 110, [0], { answer: 0 }],
    ["out-of-order", 110, [1], {}],
    ["out-of-order", 110, [0, 0], {}],
    ["too-early", 139, [0, 1, 2, 3], {}],
    ["too-late", 140, [0], {}],
    ["timeout", 200, [0], {}],
  ] as const)(
    "ASK-4: %s at %i ms counts up, and the same is asked again",
    (reason, time, row, said) => {
      const device = started();
      const outputs = row.map((index) => say(device, time, index, said)).at(-1) ?? [];
      const bytes = encodeQuestion({ sequence: 2, question: 0xb8, errors: 4 });
      expect(outputs.slice(0, 2)).toEqual([
        { kind: "wrong", reason, errors: 4 },
        { kind: "question", bytes },
      ]);
      expect(device.errors).toBe(4);
    },
  );

  it("ASK-5: no answer is wrong at the timeout, and not before", () => {
    const device = started();
    expect(device.deadline()).toBe(ms(200));
    expect(device.step(ms(199.999), timeout)).toEqual([]);
    expect(kinds(device.step(ms(200), timeout))).toEqual(["wrong", "question"]);
  });

  it("ASK-6: beyond the limit it bites, and not at it; nothing counts any more", () => {
    const device = started({ errorsAtStart: 4, errorsMax: 7 });
    expect(kinds(device.step(ms(200), timeout))).toEqual(["wrong", "question"]);
    expect(kinds(device.step(ms(300), timeout))).toEqual(["wrong", "question"]);
    expect([device.errors, device.bitten]).toEqual([7, false]);
    expect(kinds(device.step(ms(400), timeout))).toEqual(["wrong", "bite"]);
    expect(device.bitten).toBe(true);
    expect(say(device, 410, 0, { sequence: 3 })).toEqual([]);
    expect(device.deadline()).toBeNull();
  });

  it("ASK-7: what is no answer, or to another sequence, changes nothing", () => {
    const device = started();
    const noise = [Uint8Array.of(), Uint8Array.of(0x41, 1, 9, 0)];
    for (const bytes of noise) expect(device.step(ms(110), { kind: "answer", bytes })).toEqual([]);
    expect(say(device, 110, 0, { sequence: 0 })).toEqual([]);
    expect([device.errors, device.ignored]).toEqual([2, 3]);
    for (const index of [0, 1, 2]) say(device, 120, index);
    expect(kinds(say(device, 150, 3))).toEqual(["right", "question"]);
  });

  it("ASK-8: the first sequence may be answered at once, or late, and must be", () => {
    const first = (time: number) => {
      const device = new QuestionWatchdog(ms(0), settings);
      const bytes = encodeQuestion({ sequence: 0, question: 1, errors: 3 });
      expect(device.step(ms(0), timeout)).toEqual([{ kind: "question", bytes }]);
      const said = { sequence: 0, question: 1 };
      return kinds([0, 1, 2, 3].flatMap((index) => say(device, time, index, said)));
    };
    expect(first(1)).toEqual(["right", "question"]);
    expect(first(499.999)).toEqual(["right", "question"]);
    expect(first(500)).toEqual(["wrong", "question"]);
  });

  it("settings under which it bites at once, or never asks, are bugs of ours", () => {
    const make = (more: Partial<QuestionAnswerSettings>) => () => started(more);
    expect(make({ opens: millis(100) })).toThrow("no time");
    expect(make({ firstTimeout: millis(99) })).toThrow("no time");
    expect(make({ errorsAtStart: 8 })).toThrow("at once");
    expect(make({ errorStep: 0 })).toThrow("at once");
    expect(make({ seed: 0 })).toThrow("stands still");
  });
});

interface Course {
  readonly permissions: (time: number) => boolean;
  /** By how much each message is late, in microseconds; null: it is lost. */
  readonly late: (count: number) => number | null;
  readonly until: number;
}

type Flying = readonly [at: number, bytes: Uint8Array];

/** Both sides, a quarter of a millisecond at a time, with messages that are late or lost. */
function pair({ permissions, late, until }: Course) {
  const device = new QuestionWatchdog(ms(0), settings);
  const answerer = new QuestionAnswerer(settings);
  const counts = { right: 0, wrong: 0, answers: 0, messages: 0 };
  let questions: Flying[] = [];
  let answers: Flying[] = [];
  let lastAnswerAt = 0;
  const send = (list: Flying[], now: number, bytes: Uint8Array) => {
    const by = late(counts.messages);
    counts.messages += 1;
    // A line keeps the order of what it carries.
    if (by !== null) list.push([Math.max(now + by, list.at(-1)?.[0] ?? 0), bytes]);
  };
  const carry = (now: number, outputs: readonly QuestionDeviceOutput[]) => {
    for (const output of outputs) {
      if (output.kind === "question") send(questions, now, output.bytes);
      else if (output.kind !== "bite") counts[output.kind] += 1;
    }
  };
  let now = 0;
  for (; now <= until * 1_000 && !device.bitten; now += 250) {
    carry(now, device.step(instant(now), timeout));
    const [asked, said] = [questions, answers].map((all) => all.filter(([at]) => at <= now));
    [questions, answers] = [questions, answers].map((all) => all.filter(([at]) => at > now)) as [
      Flying[],
      Flying[],
    ];
    for (const [, bytes] of said ?? [])
      carry(now, device.step(instant(now), { kind: "answer", bytes }));
    const outputs = [...answerer.step(instant(now), timeout)];
    for (const [, bytes] of asked ?? []) {
      outputs.push(...answerer.step(instant(now), { kind: "question", bytes }));
    }
    if (permissions(now / 1_000))
      outputs.push(...answerer.step(instant(now), { kind: "permission" }));
    for (const { bytes } of outputs) {
      counts.answers += 1;
      lastAnswerAt = now / 1_000;
      send(answers, now, bytes);
    }
  }
  return { ...counts, bitten: device.bitten, at: now / 1_000, errors: device.errors, lastAnswerAt };
}

const always = () => true;

describe("the answerer and the device", () => {
  it("ANSWER-1: with jitter of less than half of each window it never bites", () => {
    const lateness = fc.array(fc.integer({ min: 0, max: 9_000 }), { minLength: 1, maxLength: 9 });
    fc.assert(
      fc.property(lateness, (all) => {
        const late = (count: number) => all[count % all.length] ?? 0;
        const { bitten, wrong, right, errors } = pair({ permissions: always, late, until: 2_000 });
        expect([bitten, wrong, errors]).toEqual([false, 0, 0]);
        expect(right).toBeGreaterThan(18);
      }),
      { numRuns: 40 },
    );
  });

  it("ANSWER-2: without permissions there is at most one more answer, and then it bites", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 900 }), (end) => {
        const permissions = (time: number) => time <= end && time % 10 === 0;
        const { bitten, at, lastAnswerAt } = pair({ permissions, late: () => 0, until: 3_000 });
        expect(bitten).toBe(true);
        expect(lastAnswerAt).toBeLessThanOrEqual(end + 2 * 100);
        expect(at).toBeLessThanOrEqual(end + 6 * 100 + 500);
      }),
      { numRuns: 40 },
    );
    const none = pair({ permissions: () => false, late: () => 0, until: 3_000 });
    expect([none.answers, none.bitten]).toEqual([0, true]);
  });

  it("ANSWER-3: a permission serves one answer, and is none when it is old", () => {
    const answerer = new QuestionAnswerer(settings);
    const ask = (time: number, sequence: number) => {
      const bytes = encodeQuestion({ sequence, question: 1, errors: 0 });
      return answerer.step(ms(time), { kind: "question", bytes }).length;
    };
    const permit = (time: number) => answerer.step(ms(time), { kind: "permission" }).length;
    expect([permit(0), permit(1), ask(2, 0)]).toEqual([0, 0, 3]);
    expect(answerer.deadline()).toBe(ms(72));
    expect(answerer.step(ms(72), timeout)).toHaveLength(1);
    expect(ask(73, 1)).toBe(0);
    expect(permit(80)).toBe(3);
    expect(answerer.step(ms(200), timeout)).toHaveLength(1);
    permit(210);
    expect(ask(310, 2)).toBe(0);
    permit(311);
    expect(answerer.deadline()).toBe(ms(380));
  });

  it("ANSWER-4: no answer is begun when half of the first window is over", () => {
    const begunAfter = (wait: number): number => {
      const answerer = new QuestionAnswerer(settings);
      const bytes = encodeQuestion({ sequence: 0, question: 1, errors: 0 });
      answerer.step(ms(0), { kind: "question", bytes });
      return answerer.step(ms(wait), { kind: "permission" }).length;
    };
    expect([begunAfter(20), begunAfter(20.001)]).toEqual([3, 0]);
  });

  it("ANSWER-5: noise on the line is no question", () => {
    const answerer = new QuestionAnswerer(settings);
    answerer.step(ms(0), { kind: "permission" });
    const noise = Uint8Array.of(1, 2, 3, 4);
    expect(answerer.step(ms(0), { kind: "question", bytes: noise })).toEqual([]);
    expect(answerer.deadline()).toBeNull();
  });

  it("ANSWER-6: a message that is lost now and then is borne; one in three is not", () => {
    const losing = (each: number) =>
      pair({
        permissions: always,
        late: (count) => (count % each === each - 1 ? null : 0),
        until: 6_000,
      });
    const seldom = losing(37);
    expect(seldom.wrong).toBeGreaterThan(3);
    expect(seldom.bitten).toBe(false);
    expect(losing(3).bitten).toBe(true);
  });

  it("ANSWER-1: jitter that is longer than its window makes it bite: the window is real", () => {
    const { bitten } = pair({ permissions: always, late: () => 41_000, until: 3_000 });
    expect(bitten).toBe(true);
    expect(micros(41_000)).toBeGreaterThan(settings.opens);
  });
});
