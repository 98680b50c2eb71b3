/** Where a guard begins: it is started with its data as its one argument. */
import { systemGpioCalls } from "../chardev/gpio-calls.js";
import { type GuardData, runGuard } from "./guard-main.js";

runGuard(JSON.parse(process.argv[2] ?? "") as GuardData, systemGpioCalls());
