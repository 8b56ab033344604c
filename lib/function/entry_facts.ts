import { parse } from "jsonc-parser";
import { ConfigError, refuseVastJson } from "../config/json_file.ts";
import { SETTINGS_FILE } from "../config/load_settings.ts";
import { parseDenoStart, parseNodeStart, type StartCommand } from "./start_command.ts";

/** The parts of a JSON file that decide a folder's entry. */
export interface EntryFacts {
  /** Value of `entry` in a manifest; any type, because nobody has checked it yet. */
  readonly entry?: unknown;
  /** Command of the task or script `start`. */
  readonly start?: StartCommand;
  /** `main` of a `package.json`. */
  readonly main?: string;
  /** A `package.json` has a script `build`: the folder is the source of other files. */
  readonly hasBuild?: true;
  /** Reason why the file can't be read. */
  readonly problem?: string;
}

const MAX_MAIN_LENGTH = 1_024;

/** Reads the parts that decide the entry from the text of `ddsrv.json`, `deno.json` or `package.json`. */
export function parseEntryFacts(
  { path, name, text }: { readonly path: string; readonly name: string; readonly text: string },
): EntryFacts {
  try {
    refuseVastJson({ path, text });
  } catch (error) {
    if (error instanceof ConfigError) return { problem: error.message };
    throw error;
  }
  const errors: unknown[] = [];
  const value = parse(text.replace(/^\ufeff/, ""), errors as [], { allowTrailingComma: true });
  if (errors.length > 0 || !isObject(value)) return { problem: `${path} is not a JSON object` };
  switch (name) {
    case SETTINGS_FILE:
      return Object.hasOwn(value, "entry") ? { entry: value["entry"] } : {};
    case "package.json":
      return packageFacts(value);
    default:
      return denoFacts(value);
  }
}

function denoFacts({ tasks }: Fields): EntryFacts {
  const task = isObject(tasks) ? tasks["start"] : undefined;
  if (typeof task === "string") return { start: parseDenoStart(task) };
  if (!isObject(task) || typeof task["command"] !== "string") return {};
  const { command, dependencies } = task;
  const isAlone = !Array.isArray(dependencies) || dependencies.length === 0;
  return isAlone
    ? { start: parseDenoStart(command) }
    : { start: { type: "odd", reason: "has dependencies" } };
}

function packageFacts({ main, scripts }: Fields): EntryFacts {
  const { start, build } = isObject(scripts) ? scripts : {};
  const hasMain = typeof main === "string" && main !== "" && main.length <= MAX_MAIN_LENGTH;
  return {
    ...(typeof start === "string" ? { start: parseNodeStart(start) } : {}),
    ...(hasMain ? { main } : {}),
    ...(typeof build === "string" ? { hasBuild: true } : {}),
  };
}

type Fields = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
