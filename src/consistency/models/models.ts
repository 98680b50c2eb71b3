/** Every model by its name. */
import { stringAppend } from "./append.js";
import { counter } from "./counter.js";
import { keyValue } from "./key-value.js";
import { lock } from "./lock.js";
import { multiRegister } from "./multi-register.js";
import type { Model } from "./port.js";
import { queue } from "./queue.js";
import { casRegister, register } from "./register.js";
import { set } from "./set.js";
import { unionOf } from "./union.js";

/** Of the replicated service: settings, locks, and counters as the app's state. */
const service = unionOf("service", [keyValue, lock, counter]);

export const models: readonly Model<unknown>[] = [
  register,
  casRegister,
  multiRegister,
  keyValue,
  stringAppend,
  lock,
  queue,
  set,
  counter,
  service,
];

export const modelNames: readonly string[] = models.map(({ name }) => name);

export const modelNamed = (name: string): Model<unknown> | null =>
  models.find((model) => model.name === name) ?? null;
