import { cp } from "node:fs/promises";
import { join } from "node:path";
import { startServer } from "../../e2e/support/harness.ts";
import { APPLICATIONS, hasApplications, preparedDirectory } from "./applications.ts";
import { runBare } from "./bare.ts";
import { compare, type Row } from "./figure.ts";
import { takeRounds } from "./rounds.ts";
import { wake } from "./wake.ts";

const ROUNDS = 9;

/** Measures wakes of functions with packages, compared to `deno run` with and without code cache. */
export async function measurePackages(): Promise<Row[]> {
  const prepared = preparedDirectory();
  if (!await hasApplications(prepared)) {
    return [{ what: "functions with packages", skipped: "their packages can't be fetched" }];
  }
  const rows: Row[] = [];
  for (const { name, title, code } of APPLICATIONS) {
    await using server = await startServer({
      isParking: true,
      flags: ["--idle", "1s"],
      files: { [`${name}/index.ts`]: code },
      cached: [name],
    });
    const path = join(server.functions, name, "index.ts");
    // Deno writes to its directory, and each subject has its own.
    const own = join(prepared, "bare", name);
    await cp(join(prepared, "npm", name), own, { recursive: true });
    await server.said(`${name} idle until`);
    const [bare, cached, woken] = ["bare", `${title}: bare with code cache`, `${title}: wake`];
    const taken = await takeRounds({
      [bare]: () => runBare(path, { denoDirectory: own, hasCodeCache: false }),
      [cached]: () => runBare(path, { denoDirectory: own }),
      [woken]: () => wake(server, name),
    }, ROUNDS);
    rows.push(...compare(taken, { [woken]: "1.0" }));
  }
  return rows;
}
