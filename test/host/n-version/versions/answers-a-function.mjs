export const compute = () => ({ y: () => 1 });
