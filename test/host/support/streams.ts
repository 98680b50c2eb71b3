/** Byte streams in memory: pairs, buses, and ends that a test holds in its hand. */
import { Duplex } from "node:stream";

/** What one end writes, the other reads, in pieces of at most `pieceMax` bytes. */
export function streamPair(pieceMax = 4_096): readonly [Duplex, Duplex] {
  const [one, other] = streamBus(2, pieceMax);
  if (one === undefined || other === undefined) throw new Error("a pair has two ends");
  return [one, other];
}

/** What one end writes, all others read. */
export function streamBus(count: number, pieceMax = 4_096): readonly Duplex[] {
  const ends: Duplex[] = Array.from({ length: count }, () => {
    const end: Duplex = new Duplex({
      read: () => {},
      write: (bytes: Buffer, _encoding, done) => {
        for (const other of ends) if (other !== end) pushPieces(other, bytes, pieceMax);
        done();
      },
    });
    return end;
  });
  return ends;
}

function pushPieces(end: Duplex, bytes: Buffer, pieceMax: number): void {
  if (end.destroyed) return;
  for (let at = 0; at < bytes.length; at += pieceMax) {
    end.push(Buffer.from(bytes.subarray(at, at + pieceMax)));
  }
}

/** Lets streams and promises do what they have begun; no timer is needed for it. */
export async function settle(): Promise<void> {
  for (let round = 0; round < 5; round += 1) {
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
}
