import { join } from "node:path";
import { type CheckSetting, levelFor } from "../config/check_level.ts";
import type { Isolation } from "../isolation/isolation.ts";
import type { ModuleOptions } from "../sandbox/deno_command.ts";
import type { JointTask } from "./check_lane.ts";

/** Options of {@linkcode jointTask}. */
export interface JointTaskOptions {
  readonly name: string;
  readonly check: CheckSetting;
  readonly moduleOptions: ModuleOptions;
  readonly functionsDirectory: string;
  readonly checkTogether: Isolation["checkTogether"];
}

const TYPESCRIPT = /^(?!.*\.d\.m?ts$).*\.m?ts$/;

/**
 * Returns how a function's check can run together with others; `undefined` if the function has
 * dependencies or a configuration of its own, or if there is nothing to type-check.
 */
export function jointTask(options: JointTaskOptions): JointTask | undefined {
  const { name, moduleOptions, functionsDirectory, checkTogether } = options;
  const { entry, importMap, deno, nodeModules, isVendored, install, ownLock } = moduleOptions;
  if (checkTogether === undefined || !TYPESCRIPT.test(entry)) return undefined;
  if (levelFor(entry, options.check) !== "types") return undefined;
  const isCommonMap = importMap === undefined ||
    importMap === join(functionsDirectory, "import_map.json");
  const isPlain = nodeModules === "none" && isVendored !== true && install === undefined &&
    ownLock === undefined;
  if (!isCommonMap || !isPlain) return undefined;
  return {
    key: JSON.stringify([importMap, deno]),
    source: { name, entry },
    run: (functions, given) =>
      checkTogether({ functions, moduleOptions: { importMap, deno }, ...given }),
  };
}
