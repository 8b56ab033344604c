import type { Command } from "@commander-js/extra-typings";
import { answerSynonym } from "../synonyms.ts";
import { nearest } from "../../lib/config/suggestion.ts";

/**
 * Declares `ddsrv help`, after all other verbs. Commander's own `help` prints the help of the
 * program for an unknown verb, without an error.
 */
export function addHelp(program: Command): void {
  program.helpCommand(false);
  program.command("help")
    .description("print the help of a command")
    .helpOption(false)
    .argument("[command]")
    .action((name) => {
      if (name === undefined) return program.help();
      const verb = program.commands.find((one) => namesOf(one).includes(name));
      if (verb !== undefined) return verb.help();
      const answer = answerSynonym(name);
      if (answer !== undefined) program.error(`error: ${answer}`);
      const meant = nearest(name, program.commands.flatMap(namesOf));
      const hint = meant === undefined ? "" : `\n(Did you mean ${meant}?)`;
      program.error(`error: unknown command ${JSON.stringify(name)}${hint}`);
    });
}

function namesOf(
  command: { readonly name: () => string; readonly aliases: () => string[] },
): string[] {
  return [command.name(), ...command.aliases()];
}
