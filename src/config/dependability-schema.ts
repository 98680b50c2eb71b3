/**
 * The section `dependability` of `holdfast.yaml`: how often parts fail and how long their repair
 * takes, for `holdfast config check` to reckon with. Nothing that runs reads it. There is no
 * default rate: a number that nobody gave would be believed.
 */
import { formatLifetime, lifetimeExpected, lifetimePattern, parseLifetime } from "./quantity.js";
import { type About, mapping, named, number, parsedText } from "./schema-parts.js";

const hoursPerYear = 8_760;

/** Seldom enough for any part: 1 FIT is a billion hours. */
const mttfHoursMax = 1e12;
const missionHoursMax = 100 * hoursPerYear;

const lifetime = (least: number, most: number, about: About) => {
  const expected = `${lifetimeExpected} from ${formatLifetime(least)} to ${formatLifetime(most)}`;
  return parsedText(
    lifetimeExpected,
    lifetimePattern,
    (input) => {
      const parsed = parseLifetime(input);
      if (!parsed.ok || (parsed.value >= least && parsed.value <= most)) return parsed;
      return { ok: false, expected };
    },
    about,
  );
};

const rates = (part: string) =>
  mapping({
    mttf: lifetime(1, mttfHoursMax, {
      description: `The mean time to failure of ${part}. FIT from a data sheet: 1e9 / FIT hours.`,
    }),
    repair: lifetime(1 / 60, hoursPerYear, {
      description: "How long a repair takes on average, from the fault to working again.",
      fallback: "no repair",
    }).optional(),
  });

const share = (description: string, fallback: string) =>
  number("a number from 0 to 1", 0, 1, { description, fallback });

export const dependability = mapping({
  mission: lifetime(1, missionHoursMax, {
    description: "Over which time the reliability is reckoned.",
    fallback: "1y",
  }).optional(),
  replica: rates("a replica: its board, its supply, its program"),
  channel: rates("a channel of any sensor").optional(),
  sensors: named(rates("a channel of this sensor, instead of `channel`")).optional(),
  coverage: share(
    "The share of bearable faults that are truly noticed and borne.",
    "1, the best case",
  ).optional(),
  commonCause: share(
    "The share of failures with a cause that hits all alike (beta).",
    "0, the best case",
  ).optional(),
});
