import { ok } from "node:assert/strict";
import { join } from "node:path";
import { deriveOwnerId } from "../../lib/owner/owner_id.ts";
import { eventually, makeDirectory, startServer } from "./support/harness.ts";

/** More functions than the checks that run at once. */
const NAMES = Array.from({ length: navigator.hardwareConcurrency + 6 }, (_, index) => `f${index}`);

function filesOf(name: string): Record<string, string> {
  return {
    [`${name}/index.ts`]:
      'import { text } from "./lib/text.ts";\nDeno.serve(() => new Response(text));\n',
    [`${name}/lib/text.ts`]: `export const text: string = "${name}";\n`,
  };
}

Deno.test("check: many new functions are checked together, with their own modules and errors", async () => {
  const directory = await makeDirectory();
  const state = join(directory, "state");
  const files: Record<string, string> = Object.assign({}, ...NAMES.map(filesOf));
  {
    await using server = await startServer({
      isChecked: true,
      directory,
      files: { ...files, "wrong/index.ts": 'const wrong: number = "text";\n' },
      env: { DDSRV_STATE_DIRECTORY: state },
    });
    for (const name of NAMES) await server.answers(`/${name}`, name);
    await eventually("the function with an error fails", async () => {
      const { detail } = await server.inspect("wrong");
      return detail?.includes("TS2322") === true;
    });
    const owner = deriveOwnerId(server.functions);
    const users = await Deno.readTextFile(join(state, "users", `${owner}.json`));
    ok(".joint" in JSON.parse(users), "a check of several functions has run");
    const last = NAMES.at(-1)!;
    await server.write({ [`${last}/lib/text.ts`]: 'export const text: string = "new";\n' });
    await server.answers(`/${last}`, "new");
  }
  await Deno.remove(directory, { recursive: true });
});
