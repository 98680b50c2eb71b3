/** Which machine this is, by its device tree. */
import type { MachineView } from "../../src/host/doctor/machine-view.js";
import { modelOfChip, type PiModel, piModels } from "./pi-models.js";

export interface KnownMachine {
  /** In its own words where it has some, for instance "Raspberry Pi 5 Model B Rev 1.0". */
  readonly name: string;
  /** Null where it is no Pi that is known. */
  readonly model: PiModel | null;
}

const tree = "/proc/device-tree";
const nameCharactersMax = 80;

export function recognise(machine: MachineView): KnownMachine {
  const words = machine.text(`${tree}/compatible`)?.split("\0") ?? [];
  const told = machine.text(`${tree}/model`)?.replace(/[^\x20-\x7e]/g, "") ?? "";
  const byWord = piModels.find(({ compatible }) => compatible.some((one) => words.includes(one)));
  const model = byWord ?? byName(told);
  const name = told.slice(0, nameCharactersMax) || (model?.name ?? "this Linux machine");
  return { name, model };
}

/** A revision follows the name, and one name begins another: the longest that fits is meant. */
function byName(told: string): PiModel | null {
  const fits = piModels.filter(({ name }) => told === name || told.startsWith(`${name} `));
  return fits.sort((one, other) => other.name.length - one.name.length)[0] ?? null;
}

/** A chip of a Pi in a machine that says nothing, such as a virtual one, has its header too. */
export const modelFor = ({ model }: KnownMachine, label: string): PiModel | null =>
  model?.chip === label ? model : modelOfChip(label);
