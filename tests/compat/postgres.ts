import { join } from "node:path";
import { WORLD } from "../world.ts";
import { startInWorld } from "./world_program.ts";

/** Debian's directory with a subdirectory for each version. */
const VERSIONS = "/usr/lib/postgresql";

/** Starts PostgreSQL as a neighbour in the operator's network. Disposing of it ends it. */
export async function startPostgres(): Promise<AsyncDisposable> {
  const versions = await Array.fromAsync(Deno.readDir(VERSIONS)).catch(() => {
    throw new Error("There is no PostgreSQL. Run: apt-get install postgresql");
  });
  const programs = join(VERSIONS, versions.map(({ name }) => name).sort().at(-1)!, "bin");
  const asPostgres = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"];
  await using stack = new AsyncDisposableStack();
  const directory = await Deno.makeTempDir({ prefix: "ddsrv-compat-" });
  stack.defer(() => Deno.remove(directory, { recursive: true }));
  await run("chown", ["postgres", directory]);
  const cluster = join(directory, "cluster");
  const initialize = [join(programs, "initdb"), "--auth=trust", "--no-sync", "-D", cluster];
  await run(asPostgres[0]!, [...asPostgres.slice(1), ...initialize]);
  const rule = `host all all ${WORLD.neighbour}/0 trust\n`;
  await Deno.writeTextFile(join(cluster, "pg_hba.conf"), rule, { append: true });
  // postgres logs to standard error.
  const server = `exec ${
    join(programs, "postgres")
  } -D ${cluster} -h ${WORLD.neighbour} -k '' 2>&1`;
  stack.use(await startInWorld([...asPostgres, "sh", "-c", server], "ready to accept connections"));
  return stack.move();
}

async function run(program: string, args: readonly string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(program, { args: [...args], cwd: "/" })
    .output();
  if (!success) throw new Error(`${program} failed: ${new TextDecoder().decode(stderr)}`);
}
