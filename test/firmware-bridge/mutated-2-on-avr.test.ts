/** A part of the million mutated bytes: see support/mutated-million.ts. */
import { survivesMutatedBytes } from "./support/mutated-million.js";

survivesMutatedBytes(2);
