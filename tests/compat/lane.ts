// Runs in the pretend host of the tests: takes one shape after the other that no other lane has
// taken, runs its folder with Deno alone and as a function, and writes the results.
import { join } from "node:path";
import { startServer } from "../e2e/support/harness.ts";
import { WORLD } from "../world.ts";
import { catalog } from "./catalog.ts";
import { findDifference, findUnexpected } from "./exercise.ts";
import { startPostgres } from "./postgres.ts";
import { runBare } from "./run_bare.ts";
import { runServed, type Served } from "./run_served.ts";
import { type Shape, type ShapeResult, SHAPES_DIRECTORY } from "./shape.ts";
import { startInWorld } from "./world_program.ts";

/** Port of the registry in the pretend internet. */
const REGISTRY_PORT = 4873;

/** URL of the registry for everything in the pretend host. */
const REGISTRY = `http://server.test:${REGISTRY_PORT}/`;

/** Directory that the lanes share, and this lane's number. */
const [shared = "", lane = "", ...names] = Deno.args;

const own = join(shared, `lane-${lane}`);

/** Environment of programs that a person starts. */
const PERSON = {
  PATH: Deno.env.get("PATH") ?? "",
  HOME: join(own, "home"),
  DENO_DIR: join(own, "deno"),
  NPM_CONFIG_REGISTRY: REGISTRY,
  NPM_CONFIG_CACHE: join(own, "npm"),
  NO_COLOR: "1",
};

async function main(): Promise<void> {
  const shapes = catalog.flatMap((group) => group.shapes)
    .filter(({ name }) => names.length === 0 || names.includes(name));
  await Deno.mkdir(PERSON.HOME, { recursive: true });
  await using stack = new AsyncDisposableStack();
  const relay = new URL("registry_relay.ts", import.meta.url).pathname;
  stack.use(
    await startInWorld(
      [Deno.execPath(), "run", "--quiet", "--allow-all", relay, WORLD.server]
        .concat(String(REGISTRY_PORT), join(shared, "registry.sock")),
      "ready",
    ),
  );
  const functions = Object.fromEntries(
    shapes.flatMap(({ name, operator }) => operator === undefined ? [] : [[name, operator]]),
  );
  const hasGrants = Object.keys(functions).length > 0;
  const server = stack.use(
    await startServer({
      isChecked: true,
      env: { DDSRV_START_TIMEOUT: "1m", NPM_CONFIG_REGISTRY: REGISTRY },
      files: hasGrants ? { "ddsrv.json": JSON.stringify({ functions }) } : {},
    }),
  );
  const openPostgres = once(async () => void stack.use(await startPostgres()));
  for (const shape of shapes) {
    if (!await claim(shape.name)) continue;
    const started = performance.now();
    const problem = await findProblem(shape, { server, openPostgres })
      .catch((error) => String(error.message ?? error));
    const seconds = (performance.now() - started) / 1000;
    const result: ShapeResult = { name: shape.name, problem, seconds };
    await Deno.writeTextFile(join(shared, `${shape.name}.json`), JSON.stringify(result));
    say(`${problem === undefined ? "ok" : "FAILED"} ${shape.name} (${seconds.toFixed(1)} s)`);
    if (problem !== undefined) say(problem.replaceAll(/^/gm, "    "));
  }
}

interface Place {
  readonly server: Awaited<ReturnType<typeof startServer>>;
  readonly openPostgres: () => Promise<void>;
}

/** Returns how a shape differs from what it expects. */
async function findProblem(
  shape: Shape,
  { server, openPostgres }: Place,
): Promise<string | undefined> {
  if (shape.hasPostgres) await openPostgres();
  const base = join(own, shape.name);
  const source = join(base, "source");
  await Deno.mkdir(base);
  await copy(join(SHAPES_DIRECTORY, shape.name), source);
  if (shape.prepare !== undefined) await run(shape.prepare, source);
  const [bareFolder, served] = [join(base, "bare"), join(base, "served")];
  await copy(source, served);
  try {
    let bare;
    if (shape.bare !== undefined) {
      await copy(source, bareFolder);
      if (shape.install !== undefined) {
        await run([Deno.execPath(), ...shape.install], bareFolder);
      }
      bare = await runBare(shape, { directory: bareFolder, env: PERSON });
    }
    const result = await runServed(shape, { server, directory: served, env: PERSON });
    const words = describe(result);
    if (shape.refused !== undefined) {
      if (shape.refused.says.test(words)) return undefined;
      return `It does not say ${shape.refused.says}, but:\n${words}`;
    }
    if (result.seen === undefined) return words;
    if (bare !== undefined) return findDifference(bare, result.seen);
    return findUnexpected(shape, result.seen);
  } finally {
    await Deno.remove(base, { recursive: true });
  }
}

/** All that a person can read about a function that does not work. */
function describe({ report, page }: Served): string {
  const { status, reason, detail, problems } = report;
  return [`${status}: ${reason}`, detail, ...problems, page].filter((one) => !!one).join("\n");
}

/** Keeps modes and times, as a person who copies a project does. */
async function copy(from: string, to: string): Promise<void> {
  await run(["cp", "-a", from, to], own);
}

async function run([program = "", ...args]: readonly string[], cwd: string): Promise<void> {
  const { success, stderr, stdout } = await new Deno.Command(program, { args, cwd, env: PERSON })
    .output();
  if (success) return;
  const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
  throw new Error(`${program} ${args.join(" ")} failed: ${decode(stderr)}${decode(stdout)}`);
}

/** Takes a shape, unless another lane has it. */
async function claim(name: string): Promise<boolean> {
  try {
    await Deno.writeTextFile(join(shared, `${name}.claim`), lane, { createNew: true });
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) return false;
    throw error;
  }
}

function once(start: () => Promise<void>): () => Promise<void> {
  let started: Promise<void> | undefined;
  return () => started ??= start();
}

function say(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`));
}

await main();
