/**
 * Boiler duty, version 2: by whoever trusts no fractions. All is counted in whole millionths and
 * thousandths of a kelvin, as on a controller without floating point; it rounds at each step, so it
 * agrees with the others within a few millionths.
 */
const million = 1_000_000;
const setPointMilli = 60_000;

/** 0.15 a kelvin is 150 millionths a millikelvin. */
const gainPerMilli = 150;

export function compute({ temperature, integral, step }) {
  const missing = setPointMilli - Math.round(temperature * 1_000);
  const remembered = Math.round(integral * million);
  const proportional = gainPerMilli * missing;
  const wanted = proportional + remembered;
  let duty = wanted;
  let next = remembered;
  let mode = "regulating";
  if (wanted <= 0) {
    duty = 0;
    mode = "off";
  } else if (wanted >= million) {
    duty = million;
    mode = "full";
  }
  if (wanted >= 0 && wanted <= million) {
    // The integral time is 8 s, so what is missing counts an eighth a second.
    next = remembered + Math.trunc((proportional * Math.round(step * 1_000)) / 8_000);
    next = Math.max(0, Math.min(million, next));
  }
  return { mode, integral: next / million, duty: duty / million };
}
