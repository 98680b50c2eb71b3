/** The few marks of which the picture of a history is made. */

export const rect = (x: number, y: number, wide: number, high: number, style: string): string =>
  `<rect x="${round(x)}" y="${round(y)}" width="${round(wide)}" height="${round(high)}" ${style}/>`;

export const line = (x1: number, y1: number, x2: number, y2: number, stroke: string): string =>
  `<path d="M${round(x1)} ${round(y1)}L${round(x2)} ${round(y2)}" stroke="${stroke}"/>`;

export const circle = (x: number, y: number, radius: number, fill: string): string =>
  `<circle cx="${round(x)}" cy="${round(y)}" r="${radius}" fill="${fill}"/>`;

export const words = (
  x: number,
  y: number,
  text: string,
  size: number,
  fill: string,
  anchor = "start",
): string =>
  `<text x="${round(x)}" y="${round(y)}" font-size="${size}" fill="${fill}" ` +
  `text-anchor="${anchor}">${escaped(text)}</text>`;

export const round = (value: number): number => Number(value.toFixed(1));

/** Also what a file brings: it must not become marks, nor what XML 1.0 forbids. */
export const escaped = (text: string): string =>
  [...text]
    .map((character) => (isForbidden(character) ? "�" : character))
    .join("")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");

function isForbidden(character: string): boolean {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x20) return code !== 0x09 && code !== 0x0a && code !== 0x0d;
  return (code >= 0xd800 && code <= 0xdfff) || code === 0xfffe || code === 0xffff;
}
