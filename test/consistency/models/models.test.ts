/** Each model, asked one thing at a time: what it must answer, and what it must not. */
import { describe, expect, it } from "vitest";
import { checkHistory } from "../../../src/consistency/check.js";
import { modelNamed } from "../../../src/consistency/models/models.js";
import type { FailureMeaning } from "../../../src/consistency/operation.js";
import type { Value } from "../../../src/consistency/value.js";
import { inTurn, type Told, told } from "../told.js";

type Word = Omit<Told, "from" | "to">;

function could(model: string, words: readonly Word[], init?: Value, failure?: FailureMeaning) {
  const found = modelNamed(model);
  if (found === null) throw new Error(`no model ${model}`);
  const options = { ...(init === undefined ? {} : { init }), ...(failure ? { failure } : {}) };
  const verdict = checkHistory(told(inTurn(words), options), { model: found, stepsMax: 10_000 });
  return verdict.verdict;
}

const word = (
  kind: string,
  input: Value,
  output: Value = null,
  rest: Partial<Word> = {},
): Word => ({
  ...{ kind, input, output },
  ...rest,
});
const fail = (reason?: string): Partial<Word> => ({
  status: "fail",
  ...(reason === undefined ? {} : { output: { reason } }),
});
const put = (value: Value, version: number | null = null, told: Value = null) =>
  word("put", version === null ? { value } : { value, version }, told);
const get = (output: Value) => word("get", null, output);
const acquire = (session: string, token: number) => word("acquire", { session }, { token });

/** Model, what must be possible, and the same with one thing changed, which must not. */
const cases: readonly (readonly [string, string, readonly Word[], readonly Word[]])[] = [
  [
    "register",
    "reads what was written last",
    [word("write", 1), word("write", 2), word("read", null, 2)],
    [word("write", 1), word("write", 2), word("read", null, 1)],
  ],
  [
    "cas-register",
    "sets only what it finds",
    [word("write", 1), word("cas", [1, 2]), word("read", null, 2)],
    [word("write", 1), word("cas", [0, 2])],
  ],
  [
    "cas-register",
    "fails only where it does not find it",
    [word("write", 1), word("cas", [0, 2], null, fail())],
    [word("write", 1), word("cas", [1, 2], null, fail())],
  ],
  [
    "multi-register",
    "reads and writes as one",
    [
      word(
        "txn",
        [],
        [
          ["write", "x", 1],
          ["read", "x", 1],
          ["read", "y", null],
        ],
      ),
    ],
    [
      word(
        "txn",
        [],
        [
          ["write", "x", 1],
          ["read", "x", 2],
        ],
      ),
    ],
  ],
  [
    "key-value",
    "counts the versions of a key since it was made",
    [put("a", null, { version: 1 }), put("b", 1, { version: 2 }), get({ value: "b", version: 2 })],
    [put("a", null, { version: 1 }), put("b", 1, { version: 3 })],
  ],
  [
    "key-value",
    "version 0 is that of no key",
    [put("a", 0), word("delete", null), get(null), put("b", 0, { version: 1 })],
    [put("a"), put("b", 0)],
  ],
  [
    "key-value",
    "refuses for a version only where it is another",
    [put("a"), { ...put("b", 7), ...fail("version-mismatch") }, get({ value: "a", version: 1 })],
    [put("a"), { ...put("b", 1), ...fail("version-mismatch") }],
  ],
  [
    "key-value",
    "has done nothing where it refuses",
    [put("a"), { ...put("b"), ...fail("limit") }, get({ value: "a" })],
    [put("a"), { ...put("b"), ...fail("limit") }, get({ value: "b" })],
  ],
  [
    "key-value",
    "cas looks at the value",
    [put("a"), word("cas", { from: "a", to: "b" }), get({ value: "b", version: 2 })],
    [put("a"), word("cas", { from: "a", to: "b" }, null, fail())],
  ],
  [
    "string-kv-append",
    "appends in order",
    [word("append", "x"), word("append", "y"), get("xy"), word("put", "z"), get("z")],
    [word("append", "x"), word("append", "y"), get("yx")],
  ],
  [
    "lock",
    "is held by one",
    [acquire("a", 3), word("release", { session: "a", token: 3 }), acquire("b", 4)],
    [acquire("a", 3), acquire("b", 4)],
  ],
  [
    "lock",
    "has tokens that grow",
    [acquire("a", 3), word("expire", { session: "a" }), acquire("b", 9)],
    [acquire("a", 3), word("expire", { session: "a" }), acquire("b", 3)],
  ],
  [
    "lock",
    "refuses only while another holds it",
    [acquire("a", 3), word("acquire", { session: "b" }, null, fail("held"))],
    [word("acquire", { session: "b" }, null, fail("held"))],
  ],
  [
    "lock",
    "is delayed only while nobody holds it",
    [word("acquire", { session: "b" }, null, fail("delayed"))],
    [acquire("a", 3), word("acquire", { session: "b" }, null, fail("delayed"))],
  ],
  [
    "lock",
    "is released by its holder, with its token",
    [acquire("a", 3), word("release", { session: "a", token: 2 }, null, fail("not-holder"))],
    [acquire("a", 3), word("release", { session: "a", token: 2 })],
  ],
  [
    "lock",
    "has a token of which an unknown acquire says the least",
    [
      acquire("a", 3),
      word("release", { session: "a", token: 3 }),
      word("acquire", { session: "b" }, null, { status: "unknown" }),
      word("view", null, { holder: "b", token: 8 }),
      word("release", { session: "b", token: 8 }),
    ],
    [
      acquire("a", 3),
      word("release", { session: "a", token: 3 }),
      word("acquire", { session: "b" }, null, { status: "unknown" }),
      word("view", null, { holder: "b", token: 3 }),
    ],
  ],
  [
    "lock",
    "may be forgotten while it is free, but its tokens grow",
    [
      ...[acquire("a", 3), word("release", { session: "a", token: 3 })],
      ...[word("view", null, { holder: null, token: 0 }), acquire("b", 4)],
    ],
    [
      ...[acquire("a", 3), word("release", { session: "a", token: 3 })],
      ...[word("view", null, { holder: null, token: 0 }), acquire("b", 2)],
    ],
  ],
  [
    "lock",
    "is held on when another leaves the queue",
    [
      acquire("a", 3),
      word("release", { session: "b", token: 0 }),
      word("view", null, { holder: "a", token: 3 }),
    ],
    [
      acquire("a", 3),
      word("release", { session: "b", token: 0 }),
      word("view", null, { holder: null, token: 3 }),
    ],
  ],
  [
    "queue",
    "gives what came first",
    [
      word("enqueue", 1),
      word("enqueue", 2),
      ...[1, 2, null].map((out) => word("dequeue", null, out)),
    ],
    [word("enqueue", 1), word("enqueue", 2), word("dequeue", null, 2)],
  ],
  [
    "set",
    "has what was added and not removed",
    [
      word("add", 1, true),
      word("add", 1, false),
      word("remove", 2, false),
      word("read", null, [1]),
    ],
    [word("add", 1, true), word("remove", 1, true), word("contains", 1, true)],
  ],
  [
    "counter",
    "adds once",
    [word("add", 2, 2), word("add", 3), word("total", null, 5)],
    [word("add", 2, 2), word("add", 3), word("total", null, 8)],
  ],
  [
    "service",
    "is settings, locks and counters, and an expired session is nothing to a setting",
    [
      put("a"),
      acquire("s", 2),
      word("expire", { session: "s" }),
      acquire("t", 3),
      word("add", 1, 1),
    ],
    [put("a"), acquire("s", 2), get({ value: "b" })],
  ],
];

describe("models (HISTORY-3)", () => {
  it.each(cases)("%s %s", (model, _, possible, impossible) => {
    expect(could(model, possible)).toBe("linearizable");
    expect(could(model, impossible)).toBe("not");
  });

  it("take a failure as an observation only where it is one", () => {
    const words = [word("write", 1), word("cas", [1, 2], null, fail())];
    expect(could("cas-register", words, 0, "removed")).toBe("linearizable");
    expect(could("cas-register", words, 0, "observed")).toBe("not");
  });

  it("begin with init", () => {
    expect(could("register", [word("read", null, 5)], 5)).toBe("linearizable");
    expect(could("register", [word("read", null, 5)], 6)).toBe("not");
    expect(could("queue", [word("dequeue", null, 5)], [5, 6])).toBe("linearizable");
    expect(could("lock", [], 5)).toBe("refused");
  });

  it("have no keys but those that were written", () => {
    const read = word("txn", [], [["read", "constructor", null]]);
    expect(could("multi-register", [read])).toBe("linearizable");
  });

  it("refuse what is none of theirs", () => {
    expect(could("register", [word("cas", [1, 2])])).toBe("refused");
    expect(could("lock", [word("acquire", null, { token: 1 })])).toBe("refused");
    expect(could("key-value", [word("put", "a")])).toBe("refused");
  });
});
