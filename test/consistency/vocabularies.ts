/** Words of which random histories are made: few values, so that both verdicts are common. */
import type { Vocabulary } from "./random-histories.js";

const none = [null];
const sessions = ["s", "t"] as const;

export const vocabularies: readonly Vocabulary[] = [
  {
    model: "register",
    init: 0,
    length: 6,
    words: [
      ...[1, 2].map((input) => ({ kind: "write", input, ok: none })),
      { kind: "read", ok: [0, 1, 2] },
    ],
  },
  {
    model: "cas-register",
    init: 0,
    length: 6,
    words: [
      { kind: "write", input: 1, ok: none },
      { kind: "read", ok: [0, 1, 2] },
      ...[
        [0, 2],
        [1, 2],
        [2, 0],
      ].map((input) => ({ kind: "cas", input, ok: none, fail: none })),
    ],
  },
  {
    model: "multi-register",
    init: { x: 0, y: 0 },
    length: 5,
    words: [
      { kind: "txn", input: [["write", "x", 1]], ok: [[["write", "x", 1]]] },
      {
        kind: "txn",
        input: [
          ["read", "y", null],
          ["write", "y", 1],
        ],
        ok: [0, 1].map((y) => [
          ["read", "y", y],
          ["write", "y", 1],
        ]),
      },
      {
        kind: "txn",
        input: [
          ["read", "x", null],
          ["read", "y", null],
        ],
        ok: [
          [0, 0],
          [0, 1],
          [1, 0],
          [1, 1],
        ].map(([x = 0, y = 0]) => [
          ["read", "x", x],
          ["read", "y", y],
        ]),
      },
    ],
  },
  {
    model: "key-value",
    length: 6,
    words: ["k", "l"].flatMap((key) => [
      {
        kind: "get",
        key,
        ok: [null, { value: "a" }, { value: "a", version: 1 }, { value: "b", version: 2 }],
      },
      { kind: "put", key, input: { value: "a" }, ok: [null, { version: 1 }, { version: 2 }] },
      {
        kind: "put",
        key,
        input: { value: "b", version: 1 },
        ok: [{ version: 2 }],
        fail: [{ reason: "version-mismatch" }, { reason: "limit" }],
      },
      { kind: "cas", key, input: { from: "a", to: "b" }, ok: none, fail: none },
      { kind: "delete", key, ok: none },
    ]),
  },
  {
    model: "string-kv-append",
    length: 6,
    words: [
      { kind: "append", key: "k", input: "x", ok: none },
      { kind: "append", key: "k", input: "y", ok: none },
      { kind: "put", key: "k", input: "x", ok: none },
      { kind: "get", key: "k", ok: ["", "x", "xy", "yx", "y"] },
    ],
  },
  {
    model: "lock",
    length: 6,
    words: sessions.flatMap((session) => [
      {
        kind: "acquire",
        key: "l",
        input: { session },
        ok: [{ token: 1 }, { token: 2 }],
        fail: [{ reason: "held" }, { reason: "delayed" }],
      },
      {
        kind: "release",
        key: "l",
        input: { session, token: 1 },
        ok: none,
        fail: [{ reason: "not-holder" }],
      },
      { kind: "expire", input: { session }, ok: none },
      {
        kind: "view",
        key: "l",
        ok: [
          { holder: session, token: 1 },
          { holder: null, token: 1 },
        ],
      },
    ]),
  },
  {
    model: "queue",
    length: 6,
    words: [
      ...["a", "b"].map((input) => ({ kind: "enqueue", input, ok: none })),
      { kind: "dequeue", ok: [null, "a", "a", "b"], fail: none },
    ],
  },
  {
    model: "set",
    length: 5,
    words: [
      ...["a", "b"].flatMap((input) => [
        { kind: "add", input, ok: [null, true, false] },
        { kind: "remove", input, ok: [null, true, false] },
        { kind: "contains", input, ok: [true, false] },
      ]),
      { kind: "read", ok: [[], ["a"], ["b", "a"]] },
    ],
  },
  {
    model: "counter",
    length: 7,
    words: ["x", "y"].flatMap((key) => [
      ...[2, 1, -1].map((input) => ({ kind: "add", key, input, ok: [null, input] })),
      ...[0, 1, 2, 3].map((sum) => ({ kind: "total", key, ok: [sum] })),
    ]),
  },
];
