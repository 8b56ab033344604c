import { join } from "node:path";
import { isModuleName, parseEntryPath } from "../config/entry_names.ts";
import { openFolderReader } from "./contained_file.ts";
import { holdFolder } from "./held_folder.ts";
import { parseLenientJson } from "./lenient_json.ts";
import { parseDenoStart, parseNodeStart, type StartCommand } from "./start_command.ts";

/** The file that a one-off run executes, relative to the function's folder, or why there is none. */
export type RunTarget =
  | { readonly type: "file"; readonly file: string }
  | { readonly type: "refused"; readonly reason: string };

const MAX_SHOWN = 100;

/**
 * Finds the file of a one-off run. A name that ends like a module is a file of the folder. Any other
 * is a task of `deno.json` or a script of `package.json`, which must be a plain `deno run FILE` or
 * `node FILE`: ddsrv starts no shell, and its own permissions and limits apply.
 *
 * @throws {ConfigError} if a file with tasks leads out of the folder, or can't be parsed
 * @throws {UntrustedPathError} if another user's link leads to the folder
 */
export async function findRunTarget(directory: string, name: string): Promise<RunTarget> {
  const target = isModuleName(name)
    ? { type: "file", file: name } as const
    : await findTask(directory, name);
  if (target.type === "refused") return target;
  let file: string;
  try {
    file = parseEntryPath(target.file);
  } catch (error) {
    if (error instanceof SyntaxError) return refused(error.message);
    throw error;
  }
  using folder = await holdFolder(directory);
  const look = await folder.look(join(directory, file));
  const shown = quote(file);
  if (look === undefined) return refused(`The function's folder has no file ${shown}`);
  if (!look.stats.isFile()) return refused(`${shown} is not a file`);
  if (!look.isInside) {
    return refused(`${shown} leads out of the function's folder. Replace the link with the file`);
  }
  return { type: "file", file };
}

async function findTask(directory: string, name: string): Promise<RunTarget> {
  using reader = await openFolderReader(directory);
  const read = async (file: string): Promise<unknown> => {
    const path = join(directory, file);
    return parseLenientJson({ path, text: await reader?.text(path) });
  };
  for (const file of ["deno.json", "deno.jsonc", "package.json"]) {
    const command = taskOf(await read(file), name);
    if (command === undefined) continue;
    return command.type === "file" ? command : refused(
      `The task ${quote(name)} of ${file} ${command.reason}. ddsrv runs only tasks such as ` +
        '"deno run FILE", with its own permissions. Give the file itself',
    );
  }
  return refused(
    `${
      quote(name)
    } is neither a module nor a task. Give a file of the function's folder, such as ` +
      "migrate.ts, or a task of its deno.json or package.json",
  );
}

/** Returns the command of a task or script; `undefined` if the file has none of this name. */
function taskOf(value: unknown, name: string): StartCommand | undefined {
  if (!isObject(value)) return undefined;
  const task = fieldOf(value["tasks"], name);
  if (isObject(task) && Array.isArray(task["dependencies"]) && task["dependencies"].length > 0) {
    return { type: "odd", reason: "has dependencies" };
  }
  const command = isObject(task) ? task["command"] : task ?? fieldOf(value["scripts"], name);
  if (typeof command !== "string") return undefined;
  const found = parseDenoStart(command);
  const node = found.type === "file" ? found : parseNodeStart(command);
  return node.type === "file" ? node : found;
}

function fieldOf(value: unknown, name: string): unknown {
  return isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function refused(reason: string): RunTarget {
  return { type: "refused", reason };
}

function quote(text: string): string {
  return JSON.stringify(text.slice(0, MAX_SHOWN));
}
