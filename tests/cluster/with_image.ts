import { join } from "node:path";
import { openBaseImage } from "../container/base_image.ts";
import { freePlaces, removeGroup } from "../container/groups.ts";
import { NAMESPACES, whyNot } from "../container/machine.ts";
import { openTools } from "../container/tools.ts";

/** Cache that is kept between runs. */
const CACHE = Deno.env.get("DDSRV_TEST_CACHE_DIRECTORY") ?? "/var/cache/ddsrv-test";

const cgroup = `/ddsrv-cluster-${Deno.pid}`;

/** Options of {@linkcode runWithImage}. */
export interface RunOptions {
  /** Name of the temporary directory. */
  readonly name: string;
  /** Control groups that the program's engine may leave, below the root of each hierarchy. */
  readonly engineGroups: readonly string[];
}

/**
 * Builds the image, and runs a program in network, mount and process namespaces with the path of its
 * archive. Returns the exit code.
 */
export async function runWithImage(
  program: string,
  { name, engineGroups }: RunOptions,
): Promise<number> {
  const reason = await whyNot();
  if (reason !== undefined) {
    Deno.stderr.writeSync(new TextEncoder().encode(`No containers here: ${reason}\n`));
    return 1;
  }
  await Deno.mkdir(CACHE, { recursive: true });
  const tools = await openTools(CACHE);
  const base = await openBaseImage(CACHE, tools);
  const groups = (await Promise.all([cgroup, "/docker", ...engineGroups].map(freePlaces))).flat();
  const directory = await Deno.makeTempDir({ dir: CACHE, prefix: `${name}-` });
  try {
    const env = {
      ...tools.env,
      DOCKER_HOST: `unix://${join(directory, "docker.sock")}`,
      DOCKER_CONFIG: join(directory, "config"),
      DDSRV_DIRECTORY: directory,
      DDSRV_CGROUP: cgroup,
    };
    const archive = join(directory, "image.tar");
    const built = await run([], ["tests/cluster/swarm_image.ts", base, archive], env);
    if (built !== 0) return built;
    return await run(["--net"], [program, archive], env);
  } finally {
    for (const group of groups) await removeGroup(group);
    await Deno.remove(directory, { recursive: true });
  }
}

async function run(
  namespaces: readonly string[],
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<number> {
  const { code } = await new Deno.Command("unshare", {
    args: [...namespaces, ...NAMESPACES, Deno.execPath(), "run", "--quiet", "--allow-all", ...args],
    env,
    stdin: "null",
  }).spawn().status;
  return code;
}
