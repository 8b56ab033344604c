import { captureProgram } from "./captured_program.ts";
import { matchesGolden } from "./golden.ts";

const program = captureProgram();

Deno.test("help: of ddsrv", () => matchesGolden("help", program.help("")));

for (const verb of program.verbs) {
  Deno.test(`help: of ${verb}`, () => matchesGolden(`help_${verb}`, program.help(verb)));
}
