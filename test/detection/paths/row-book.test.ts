import { describe, expect, it } from "vitest";
import type { Row } from "../../../src/detection/paths/messages.js";
import { RowBook } from "../../../src/detection/paths/row-book.js";
import { nodeId } from "../../../src/kernel/ids.js";
import { c, d, ms } from "./watch.js";

const e = nodeId("e");
const huge = 2 ** 48 - 1;
const row = (count: number, life = 1): Row => ({ life, count, words: new Map() });
const soon = ms(100);

describe("whose row is believed", () => {
  it("PATH-16: the peer's own word while it is heard, however new a relay claims to be", () => {
    const book = new RowBook();
    book.takeRelayed(c, row(huge, huge), soon);
    expect(book.believed(true)).toEqual(row(huge, huge));
    book.takeOwn(row(1), soon);
    expect(book.believed(true)).toEqual(row(1));
    expect(book.takeOwn(row(2), soon)).toBe("same-words");
    expect(book.believed(true)).toEqual(row(2));
  });

  it("PATH-16: where it is not heard, a relayed row that is newer, and no other", () => {
    const book = new RowBook();
    book.takeOwn(row(5), soon);
    book.takeRelayed(c, row(4), soon);
    expect(book.believed(false)).toEqual(row(5));
    book.takeRelayed(c, row(6), soon);
    expect(book.believed(false)).toEqual(row(6));
    expect(book.believed(true)).toEqual(row(5));
  });

  it("PATH-16: neither its own word nor a relay's goes back", () => {
    const book = new RowBook();
    book.takeOwn(row(5), soon);
    expect(book.takeOwn(row(5), soon)).toBe("old");
    expect(book.takeOwn(row(4), soon)).toBe("old");
    expect(book.takeRelayed(c, row(6), soon)).toBe(true);
    expect(book.takeRelayed(c, row(6), soon)).toBe(false);
    expect(book.takeRelayed(c, row(5), soon)).toBe(false);
    expect(book.takeRelayed(c, row(1, 2), soon)).toBe(true);
  });

  it("PATH-17: of several relays the middle one, so that an invented version blocks nobody", () => {
    const book = new RowBook();
    book.takeRelayed(c, row(huge, huge), soon);
    book.takeRelayed(d, row(7), soon);
    expect(book.believed(false)).toEqual(row(7));
    book.takeRelayed(e, row(9), soon);
    expect(book.believed(false)).toEqual(row(9));
    book.takeRelayed(d, row(12), soon);
    expect(book.believed(false)).toEqual(row(12));
  });

  it("PATH-17: a relay that mended its ways is believed again when its lie has expired", () => {
    const book = new RowBook();
    book.takeRelayed(c, row(huge), ms(10));
    expect(book.takeRelayed(c, row(8), ms(19))).toBe(false);
    expect(book.expire(ms(10))).toBe(true);
    expect(book.believed(false)).toBeNull();
    expect(book.takeRelayed(c, row(huge), ms(20))).toBe(false);
    expect(book.takeRelayed(c, row(8), ms(20))).toBe(true);
    expect(book.believed(false)).toEqual(row(8));
  });

  it("PATH-9: expires, and is not passed on then", () => {
    const book = new RowBook();
    book.takeOwn(row(1), ms(10));
    expect(book.expire(ms(9))).toBe(false);
    expect(book.own()).toEqual(row(1));
    expect(book.firstExpiry()).toBe(ms(10));
    expect(book.expire(ms(10))).toBe(true);
    expect([book.own(), book.believed(true), book.firstExpiry()]).toEqual([null, null, null]);
  });

  it("PATH-5: a sleep of this node makes no row too old", () => {
    const book = new RowBook();
    book.takeOwn(row(1), ms(10));
    book.renew(ms(50));
    expect(book.expire(ms(49))).toBe(false);
    expect(book.expire(ms(50))).toBe(true);
    book.renew(ms(90));
    expect(book.own()).toBeNull();
  });
});
