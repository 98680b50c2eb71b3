/** From a `holdfast.yaml` to checked settings. */
import { assemble, type ConfigLoad, type LoadOptions } from "./assemble.js";
import { checkConfig } from "./check.js";

/** @param path of the config, and the name by which problems call it */
export const loadConfig = (path: string, options: LoadOptions): Promise<ConfigLoad> =>
  assemble((glance) => checkConfig(path, options, glance));
