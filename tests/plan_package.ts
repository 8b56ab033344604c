import { join } from "node:path";
import { isInstalled } from "../lib/system/programs.ts";
import { DENO_VERSION } from "../packaging/package_json.ts";

/** Where the package is built that tests install. */
export function packageDirectory(cache: string): string {
  return join(cache, "package");
}

/**
 * What is done before tests of the npm package, which have no way out: it is built, and npm's cache
 * is filled with what it depends on. Nothing, where there is no npm.
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
