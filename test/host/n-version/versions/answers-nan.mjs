export const compute = () => ({ y: Number.NaN, unit: "K" });
