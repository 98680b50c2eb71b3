/**
 * Boiler duty, version 1: the textbook's formula. Proportional and integral part are added up, and
 * the sum is cut to what a heater can do.
 */
const setPoint = 60;
const gain = 0.15;
const integralTime = 8;

export function compute({ temperature, integral, step }) {
  const missing = setPoint - temperature;
  const wanted = gain * missing + integral;
  const duty = Math.min(1, Math.max(0, wanted));
  // At a limit the integral stands still: it would only learn what it has to unlearn.
  const learned = duty === wanted ? (gain * missing * step) / integralTime : 0;
  return { duty, integral: Math.min(1, Math.max(0, integral + learned)), mode: modeOf(duty) };
}

function modeOf(duty) {
  if (duty === 0) return "off";
  return duty === 1 ? "full" : "regulating";
}
