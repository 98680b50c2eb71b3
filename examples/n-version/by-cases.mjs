/**
 * Boiler duty, version 3: by cases. It first asks between which temperatures the heater regulates
 * at all, given what the integral has learned, and only there computes a duty.
 */
const target = 60;
const bandPerDuty = 1 / 0.15;
const secondsPerBand = 8;

export function compute(input) {
  const lowest = target - (1 - input.integral) * bandPerDuty;
  const highest = target + input.integral * bandPerDuty;
  const { temperature } = input;
  if (temperature < lowest) return { duty: 1, integral: input.integral, mode: "full" };
  if (temperature > highest) return { duty: 0, integral: input.integral, mode: "off" };
  const duty = (highest - temperature) / bandPerDuty;
  const share = (target - temperature) / bandPerDuty;
  const integral = within01(input.integral + (share * input.step) / secondsPerBand);
  const mode = duty >= 1 ? "full" : duty <= 0 ? "off" : "regulating";
  return { duty: within01(duty), integral, mode };
}

const within01 = (share) => Math.min(1, Math.max(0, share));
