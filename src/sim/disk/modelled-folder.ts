/**
 * The names of a modelled disk. A file and its name are two things: a sync of the file makes
 * durable what is in it, and only one of the folder makes durable that it is there, under that
 * name.
 *
 * After a loss of power each change of names that was not durable has happened or not, whatever
 * became of the others; a rename is one change and happens whole or not at all. That is more than
 * a file system with a journal would do, and what the port allows.
 */
import type { FileFact, FileName } from "../../recovery/disk.js";
import type { ModelledFile } from "./modelled-file.js";
import type { ChangeOrder, Tear } from "./tear.js";

type Change =
  | { readonly kind: "make"; readonly name: FileName; readonly file: ModelledFile }
  | { readonly kind: "remove"; readonly name: FileName; readonly file: ModelledFile }
  | {
      readonly kind: "rename";
      readonly from: FileName;
      readonly to: FileName;
      readonly file: ModelledFile;
    };

type Names = Map<FileName, ModelledFile>;

export class ModelledFolder {
  #seen: Names = new Map();
  #durable: Names = new Map();
  #changes: { readonly order: ChangeOrder; readonly change: Change }[] = [];

  get(name: FileName): ModelledFile | undefined {
    return this.#seen.get(name);
  }

  /** Sorted by name. */
  list(): FileFact[] {
    const facts = [...this.#seen].map(([file, { bytes }]) => ({ file, bytes }));
    return facts.sort((one, other) => (one.file < other.file ? -1 : 1));
  }

  /** What all files hold together, in bytes. */
  get bytes(): number {
    let sum = 0;
    for (const file of this.#seen.values()) sum += file.bytes;
    return sum;
  }

  make(order: ChangeOrder, name: FileName, file: ModelledFile): void {
    this.#apply(order, { kind: "make", name, file });
  }

  /** @returns false when there is no such file. */
  rename(order: ChangeOrder, from: FileName, to: FileName): boolean {
    const file = this.#seen.get(from);
    if (file === undefined) return false;
    if (from !== to) this.#apply(order, { kind: "rename", from, to, file });
    return true;
  }

  remove(order: ChangeOrder, name: FileName): void {
    const file = this.#seen.get(name);
    if (file !== undefined) this.#apply(order, { kind: "remove", name, file });
  }

  /** All changes of names up to `order` are durable. */
  sync(order: ChangeOrder): void {
    for (const entry of this.#changes)
      if (entry.order <= order) carryOut(this.#durable, entry.change);
    this.#changes = this.#changes.filter((entry) => entry.order > order);
  }

  /** A sync failed: each change up to `order` is durable or never will be. */
  loseDirty(order: ChangeOrder, tear: Tear): void {
    for (const entry of this.#changes) {
      if (entry.order > order) continue;
      if (tear.among([0, entry.order]) === 1) carryOut(this.#durable, entry.change);
    }
    this.#changes = this.#changes.filter((entry) => entry.order > order);
  }

  /** Names first, then what is in the files that are left. */
  crash(tear: Tear): void {
    this.loseDirty(Number.POSITIVE_INFINITY, tear);
    this.#seen = new Map(this.#durable);
    for (const file of new Set(this.#seen.values())) file.crash(tear);
  }

  get oldestOrder(): ChangeOrder | null {
    return this.#changes[0]?.order ?? null;
  }

  /** The files that a crash could leave, under whatever name. */
  files(): Set<ModelledFile> {
    const all = new Set([...this.#durable.values(), ...this.#seen.values()]);
    for (const { change } of this.#changes) all.add(change.file);
    return all;
  }

  fork(): ModelledFolder {
    const fork = new ModelledFolder();
    const twins = new Map([...this.files()].map((file) => [file, file.fork()]));
    const twin = (file: ModelledFile): ModelledFile => twins.get(file) ?? file;
    for (const [name, file] of this.#seen) fork.#seen.set(name, twin(file));
    for (const [name, file] of this.#durable) fork.#durable.set(name, twin(file));
    fork.#changes = this.#changes.map(({ order, change }) => ({
      order,
      change: { ...change, file: twin(change.file) },
    }));
    return fork;
  }

  #apply(order: ChangeOrder, change: Change): void {
    carryOut(this.#seen, change);
    this.#changes.push({ order, change });
  }
}

/** A change that is about another file than the one that has the name now leaves it alone. */
function carryOut(names: Names, change: Change): void {
  if (change.kind === "make") {
    names.set(change.name, change.file);
    return;
  }
  const before = change.kind === "remove" ? change.name : change.from;
  if (names.get(before) === change.file) names.delete(before);
  if (change.kind === "rename") names.set(change.to, change.file);
}
