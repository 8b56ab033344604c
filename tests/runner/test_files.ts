// Which files of tests there are, which of them need a host, and in what order they are begun.
import { join, relative } from "node:path";

/** Longest first, so that no lane waits for one of them at the end, see `--times`. */
const LONGEST: readonly string[] = [
  "e2e/kill_test.ts",
  "e2e/soak_test.ts",
  "e2e/reload_load_test.ts",
  "e2e/reload_directory_test.ts",
  "e2e/check_attacks_test.ts",
  "e2e/terminal_test.ts",
  "e2e/add_test.ts",
  "e2e/exit_codes_test.ts",
  "e2e/isolation_test.ts",
  "e2e/story_test.ts",
];

/**
 * Files that need namespaces, root or a real supervisor; a name that ends in `/` is a directory. All
 * others are unit tests: they run anywhere, as any user. Tests of theirs that need root alone are
 * ignored without it, and say so.
 */
const NEED_HOST: readonly string[] = [
  "disk/bounder_test.ts",
  "e2e/",
  "fuzz/",
  "isolation/check_place_test.ts",
  "isolation/code_recorder_test.ts",
  "isolation/everyday_test.ts",
  "isolation/fetch_addresses_test.ts",
  "isolation/homes_test.ts",
  "isolation/host_probes_test.ts",
  "isolation/joint_checks_test.ts",
  "isolation/module_caches_test.ts",
  "isolation/sandbox_mounts_test.ts",
  "isolation/seed_writable_test.ts",
  "isolation/set_id_package_test.ts",
  "isolation/standalone_checks_test.ts",
  "isolation/system_call_attacks_test.ts",
  "namespace/firewall_events_test.ts",
  "process/wait_for_listener_test.ts",
  "races/",
  "sandbox/control_groups_test.ts",
  "sandbox/copy_tree_test.ts",
  "sandbox/extra_names_test.ts",
  "sandbox/function_mounts_test.ts",
  "sandbox/inside_test.ts",
  "sandbox/memory_test.ts",
  "sandbox/own_memory_test.ts",
  "sandbox/reaper_test.ts",
  "sandbox/weights_test.ts",
  "system/trusted_path_test.ts",
];

const TESTS = "tests/";

/** Names of directories whose files are data of tests, such as projects with tests of their own. */
const DATA_DIRECTORIES: readonly string[] = ["fixtures", "shapes"];

/** Files of tests among paths, which may be directories; relative to the working directory. */
export async function findTestFiles(paths: readonly string[]): Promise<string[]> {
  const found = new Set<string>();
  for (const path of paths) {
    for (const file of await walk(path)) found.add(relative(".", file));
  }
  return [...found];
}

/**
 * Whether a file needs a host.
 *
 * @example
 * ```ts
 * import { needsHost } from "./test_files.ts";
 * needsHost("tests/e2e/add_test.ts"); // true
 * ```
 */
export function needsHost(file: string): boolean {
  return NEED_HOST.some((one) =>
    one.endsWith("/") ? file.startsWith(TESTS + one) : file === TESTS + one
  );
}

/** The order in which lanes begin files: the longest, others of a host, and what takes a moment. */
export function orderFiles(files: readonly string[]): string[] {
  const rank = (file: string): number => {
    const index = LONGEST.indexOf(file.slice(TESTS.length));
    if (index !== -1) return index;
    return LONGEST.length + (needsHost(file) ? 0 : 1);
  };
  return files.toSorted((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
}

async function walk(path: string): Promise<string[]> {
  if (!(await Deno.stat(path)).isDirectory) return [path];
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(path)) {
    const below = join(path, name);
    if (isDirectory && !DATA_DIRECTORIES.includes(name)) found.push(...await walk(below));
    else if (name.endsWith("_test.ts")) found.push(below);
  }
  return found;
}
