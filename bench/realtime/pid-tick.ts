/** A tick like that of a small controller: PID steps on a toy plant, and objects that die. */
const objectsPerTick = 20;
const stepsPerTick = 200;

let level = 0;
let errorBefore = 0;
export let kept: readonly { readonly at: number }[] = [];

export function tick(context: { readonly tick: number }): void {
  const objects = [];
  for (let index = 0; index < objectsPerTick; index += 1)
    objects.push({ at: context.tick + index });
  for (let step = 0; step < stepsPerTick; step += 1) {
    const error = 1 - level;
    level += 0.2 * error + 0.01 * (error - errorBefore);
    errorBefore = error;
  }
  level %= 3;
  kept = objects;
}
