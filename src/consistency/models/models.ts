/** Every model by its name. */
import { stringAppend } from "./append.js";
import { keyValue } from "./key-value.js";
import { lock } from "./lock.js";
import { multiRegister } from "./multi-register.js";
import type { Model } from "./port.js";
import { queue } from "./queue.js";
import { casRegister, register } from "./register.js";
import { set } from "./set.js";

const all: readonly Model<unknown>[] = [
  register,
  casRegister,
  multiRegister,
  keyValue,
  stringAppend,
  lock,
  queue,
  set,
];

export const modelNames: readonly string[] = all.map(({ name }) => name);

export const modelNamed = (name: string): Model<unknown> | null =>
  all.find((model) => model.name === name) ?? null;
