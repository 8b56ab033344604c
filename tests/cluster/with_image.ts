import { join } from "node:path";
import { openBaseImage } from "../container/base_image.ts";
import { CACHE, runEnvironment, runInNamespaces } from "../container/engine_run.ts";
import { freePlaces, removeGroup } from "../container/groups.ts";
import { whyNot } from "../container/machine.ts";
import { openTools } from "../container/tools.ts";

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
    const env = runEnvironment(tools, { directory, cgroup });
    const archive = join(directory, "image.tar");
    const built = await runInNamespaces(["tests/cluster/image_archive.ts", base, archive], {
      env,
      hasOwnNetwork: false,
    });
    if (built !== 0) return built;
    return await runInNamespaces([program, archive], { env, hasOwnNetwork: true });
  } finally {
    for (const group of groups) await removeGroup(group);
    await Deno.remove(directory, { recursive: true });
  }
}
