/** The systems that are compared, as their clients speak to them. */
import { openEtcdStore } from "./etcd-store.js";
import { openHoldfastStore } from "./holdfast-store.js";
import type { OpenStore } from "./store.js";

export const openStores: ReadonlyMap<string, OpenStore> = new Map([
  ["etcd", openEtcdStore],
  ["holdfast", openHoldfastStore],
]);
