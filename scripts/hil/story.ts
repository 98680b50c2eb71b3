/** What a guest tells of itself: lines of `boot uptime words`, in the file `story` of /out. */

export interface StoryLine {
  /** The guest's first start is 1. */
  readonly boot: number;
  /** Since that start, in seconds. */
  readonly uptime: number;
  readonly words: string;
}

/** Lines that are none, as one that a reset cut short, are left out. */
export function parseStory(text: string): readonly StoryLine[] {
  return text.split("\n").flatMap((line) => {
    const [, boot, uptime, words] = /^(\d+) (\d+\.\d+) (.+)$/.exec(line) ?? [];
    if (boot === undefined || uptime === undefined || words === undefined) return [];
    return [{ boot: Number(boot), uptime: Number(uptime), words }];
  });
}

export const storyText = (story: readonly StoryLine[]): string =>
  story
    .map(({ boot, uptime, words }) => `boot ${boot} at ${uptime.toFixed(2)} s: ${words}`)
    .join("\n");

/** The first line of a boot that begins with these words. */
export const lineOf = (
  story: readonly StoryLine[],
  boot: number,
  words: string,
): StoryLine | undefined =>
  story.find((line) => line.boot === boot && line.words.startsWith(words));
