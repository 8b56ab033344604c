import { bashCompletion } from "./bash.ts";
import { configurationPage } from "./configuration_page.ts";
import type { CommandModel } from "./command_model.ts";
import { fishCompletion } from "./fish.ts";
import { manPage, pageName } from "./man_page.ts";
import { settingsPage } from "./settings_page.ts";
import { zshCompletion } from "./zsh.ts";

/** Directories that hold only generated files. */
export const GENERATED_DIRECTORIES: readonly string[] = ["completions", "man"];

/**
 * Returns the text of each file generated from the command tree and the settings, by its path below
 * the root.
 */
export function generatedFiles(
  program: CommandModel,
  version: string,
): ReadonlyMap<string, string> {
  const release = `${program.name} ${version}`;
  const pages = [program, ...program.verbs].map((command) =>
    [`man/${pageName(program, command)}.1`, manPage(command, { program, release })] as const
  );
  return new Map([
    [`completions/${program.name}.bash`, bashCompletion(program)],
    [`completions/_${program.name}`, zshCompletion(program)],
    [`completions/${program.name}.fish`, fishCompletion(program)],
    ...pages,
    [`man/${program.name}.json.5`, settingsPage(release)],
    ["docs/configuration.md", configurationPage()],
  ]);
}
