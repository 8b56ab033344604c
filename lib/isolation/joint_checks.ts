import { dirname, join } from "node:path";
import type { CheckResult } from "../check/check.ts";
import type { CheckPlace } from "../check/check_place.ts";
import { checkTogether } from "../check/check_together.ts";
import { allowsJointChecks } from "../check/joint_config.ts";
import { readJointModule } from "../check/joint_module.ts";
import { readCommonFile } from "../config/common_file.ts";
import { readJointSources } from "../function/joint_sources.ts";
import { COMMON_FILES, SHARED_DIRECTORY } from "../function/layout.ts";
import type { JointCheck } from "./isolation.ts";

/** Options of {@linkcode runJointCheck}. */
export interface JointCheckOptions extends JointCheck {
  readonly functionsDirectory: string;
  /** Host path of a directory that does not exist yet; only the supervisor may write to it. */
  readonly directory: string;
  /** Returns the sandbox that shows `directory` in place of the functions directory. */
  readonly openPlace: () => Promise<CheckPlace>;
}

/**
 * Limits of a joint check: several times its usual cost, and far less than a bomb may take alone,
 * because the others wait for it.
 */
export const JOINT_BOUNDS = { cpuTimeMs: 10_000, timeoutMs: 120_000 } as const;

/** Module that imports all entries: no function can have this name. */
const ROOT = ".ddsrv-joint.ts";

/** Names that are the same as path, URL and pattern. */
const PLAIN_PATH = /^[\w/.-]+$/;

/**
 * Type-checks functions in one process. They trust each other's source for nothing: each function
 * whose modules could change the types of others is left out before, and Deno sees copies of the
 * texts that were read for that decision.
 */
export async function runJointCheck(
  options: JointCheckOptions,
): Promise<ReadonlyMap<string, CheckResult>> {
  const { functionsDirectory, directory, moduleOptions: { importMap }, signal } = options;
  const plain = options.functions.filter(({ name, entry }) =>
    [functionsDirectory, name, entry].every((path) => PLAIN_PATH.test(path))
  );
  const common = await readCommonFiles(functionsDirectory);
  if (
    !allowsJointChecks({
      denoJson: common.get("deno.json") ?? common.get("deno.jsonc"),
      importMap: common.get("import_map.json"),
    })
  ) {
    return NOTHING;
  }
  const sources = await readJointSources({
    functionsDirectory,
    functions: plain,
    importsOf: readJointModule,
  });
  if (sources.functions.length < 2) return NOTHING;
  signal.throwIfAborted();
  for (const [path, text] of [...sources.texts, ...common]) {
    const target = join(directory, path);
    await Deno.mkdir(dirname(target), { recursive: true, mode: 0o755 });
    await Deno.writeTextFile(target, text, { mode: 0o644 });
  }
  const known = new Set([...sources.texts.keys()].map((path) => join(functionsDirectory, path)));
  const visible = (name: string): string[] =>
    [name, SHARED_DIRECTORY].map((folder) => `${join(functionsDirectory, folder)}/`);
  return await checkTogether({
    ...options,
    entries: sources.functions.map(({ name, entry }) => ({
      name,
      entry: join(functionsDirectory, name, entry),
    })),
    root: join(functionsDirectory, ROOT),
    writeRoot: (entries) =>
      Deno.writeTextFile(
        join(directory, ROOT),
        entries.map(({ entry }) => `import "file://${entry}";\n`).join(""),
        { mode: 0o644 },
      ),
    isOwn: (name, path) =>
      known.has(path) && visible(name).some((folder) => path.startsWith(folder)),
    importMap,
    bounds: JOINT_BOUNDS,
    place: await options.openPlace(),
  });
}

const NOTHING: ReadonlyMap<string, CheckResult> = new Map();

async function readCommonFiles(functionsDirectory: string): Promise<ReadonlyMap<string, string>> {
  const texts = await Promise.all(
    COMMON_FILES.map(async (name) =>
      [name, await readCommonFile(functionsDirectory, name)] as const
    ),
  );
  return new Map(texts.filter((one): one is [string, string] => one[1] !== undefined));
}
