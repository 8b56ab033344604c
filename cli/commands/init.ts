import { basename, dirname, isAbsolute, join, resolve } from "node:path";
import { nameProblem } from "../../lib/config/function_name.ts";
import { SHARED_DIRECTORY } from "../../lib/function/layout.ts";
import { readOptionalTextFile } from "../../lib/system/read_optional_text_file.ts";
import { CliError, ExitCode } from "../exit_code.ts";
import { printError, printJson, printOut } from "../output/print.ts";
import { quoteWord } from "../output/quote_word.ts";
import { formatTable } from "../output/table.ts";
import { type Template, TEMPLATES } from "../templates.ts";
import { adviseServe } from "./init/advise_serve.ts";
import { FIRST_FUNCTION } from "./init/first_function.ts";
import { LAUNCH_FILE } from "./init/launch_file.ts";
import { type FunctionFiles, readTemplate } from "./init/template_files.ts";

/** Options of `ddsrv init`. */
export interface InitOptions {
  /** Template to write instead of the first function. */
  readonly template?: Template | undefined;
  /** Prints the list of templates as JSON. */
  readonly json?: true | undefined;
}

/**
 * Writes a first function, or a template, into a new or empty directory, and prints the next command.
 * Without both, lists the templates.
 */
export async function init(
  path: string | undefined,
  { template, json }: InitOptions,
): Promise<number> {
  const target = path ?? template?.name;
  if (target === undefined) return listTemplates(json);
  if (json) {
    throw new CliError(
      "--json is for the list of templates. Leave it out, or the path and --template",
      ExitCode.Usage,
    );
  }
  await writeFunction(target, template);
  return 0;
}

function listTemplates(json: true | undefined): number {
  if (json) {
    printJson(TEMPLATES);
    return 0;
  }
  printOut(formatTable([
    { title: "TEMPLATE", cell: ({ name }) => name },
    { title: "SHOWS HOW TO", cell: ({ summary }) => summary },
  ], TEMPLATES));
  printError("Write one into a new directory with: ddsrv init --template NAME\n");
  return 0;
}

async function writeFunction(path: string, template: Template | undefined): Promise<void> {
  const directory = resolve(path);
  const name = basename(directory);
  const reason = nameProblem(name);
  if (reason !== undefined) {
    throw new CliError(
      `${JSON.stringify(name)} can't be a function's name: ${reason}. Choose another`,
      ExitCode.Usage,
    );
  }
  const own = template === undefined ? FIRST_FUNCTION : await readTemplate(template.name, name);
  const files: FunctionFiles = new Map([...own, ...LAUNCH_FILE]);
  const missing = await withoutPresent(directory, files);
  await makeEmpty(directory);
  for (const [file, text] of missing) {
    await Deno.mkdir(dirname(join(directory, file)), { recursive: true });
    await Deno.writeTextFile(join(directory, file), text, { createNew: true });
  }
  const shown = isAbsolute(path) ? directory : `./${path.replace(/^(\.\/)+|\/+$/g, "")}`;
  printOut(
    `Created ${quoteWord(shown)}. Serve it here while you write it:\n` +
      `  ddsrv dev ${quoteWord(shown)}\n` +
      `${adviseShared(shown, files)}Add it to the running supervisor:\n` +
      `  ddsrv add ${quoteWord(shown)}\n` +
      await adviseServe(directory, shown),
  );
}

/**
 * Returns the files without the shared code that exists beside the directory already.
 *
 * @throws {CliError} when a file of that name has other content
 */
async function withoutPresent(directory: string, files: FunctionFiles): Promise<FunctionFiles> {
  const missing = new Map(files);
  for (const [file, text] of files) {
    if (!file.startsWith("../")) continue;
    const path = join(directory, file);
    const present = await readOptionalTextFile(path);
    if (present === text) missing.delete(file);
    else if (present !== undefined) {
      throw new CliError(`"${path}" exists with other content. Choose another directory`);
    }
  }
  return missing;
}

/** `ddsrv add` copies the function without the shared code. */
function adviseShared(shown: string, files: FunctionFiles): string {
  const isShared = files.keys().some((file) => file.startsWith("../"));
  if (!isShared) return "";
  const shared = quoteWord(shown.replace(/[^/]+$/, SHARED_DIRECTORY));
  return `It imports ${shared}. Copy that into the functions directory first. `;
}

async function makeEmpty(directory: string): Promise<void> {
  try {
    await Deno.mkdir(directory, { recursive: true });
    for await (const _ of Deno.readDir(directory)) {
      throw new CliError(`"${directory}" exists and is not empty. Choose another directory`);
    }
  } catch (error) {
    if (error instanceof CliError) throw error;
    throw new CliError(`Cannot create "${directory}": ${(error as Error).message}`);
  }
}
