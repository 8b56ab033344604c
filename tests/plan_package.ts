import { join } from "node:path";
import { isInstalled } from "../lib/system/programs.ts";
import { DENO_VERSION } from "../packaging/package_json.ts";

/** Returns the directory of the built package that tests install. */
export function packageDirectory(cache: string): string {
  return join(cache, "package");
}

/**
 * Returns commands to run before tests of the npm package, because those have no internet access:
 * they build it and fill npm's cache with its dependencies. Empty without npm.
 */
export async function planPackage(cache: string): Promise<readonly (readonly string[])[]> {
  if (!await isInstalled("npm", Deno.env.get("PATH") ?? "")) return [];
  return [
    [Deno.execPath(), "run", "--quiet", "--allow-all", "packaging/main.ts"]
      .concat(packageDirectory(cache)),
    ["npm", "install", "--prefer-offline", "--ignore-scripts", "--silent", "--no-audit"]
      .concat("--prefix", join(cache, "npm-filled"), `deno@${DENO_VERSION}`),
  ];
}
