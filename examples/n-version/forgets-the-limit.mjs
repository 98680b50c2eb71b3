/** Boiler duty, with a bug that tests at the set point do not find: nobody cut it to the limits. */
export function compute({ temperature, integral, step }) {
  const missing = 60 - temperature;
  const duty = 0.15 * missing + integral;
  return { duty, integral: integral + (0.15 * missing * step) / 8, mode: "regulating" };
}
