import { join, normalize } from "node:path";
import { parseWatchPattern } from "../config/watch_pattern.ts";

/** Facts about a folder that decide where its packages come from. */
export interface DependencyFacts {
  /** Content of `deno.json` or `deno.jsonc`; `undefined` if the folder has none. */
  readonly denoJson: unknown;
  /** Content of `package.json`; `undefined` if the folder has none. */
  readonly packageJson: unknown;
  /** The folder has a directory `node_modules`, which is no link. */
  readonly hasNodeModules: boolean;
  /** The folder has a directory `vendor`, which is no link. */
  readonly hasVendor: boolean;
  /** A directory in `links` of its `deno.json` has a `package.json`. */
  readonly linksPackage: boolean;
}

/** Where the packages and remote modules of a folder come from. */
export interface Dependencies {
  /** `manual`: from the `node_modules` of the folder; `none`: from the module cache. */
  readonly nodeModules: "none" | "manual";
  /** ddsrv installs packages into a `node_modules` outside the folder, where a sandbox shows it. */
  readonly isInstalled: boolean;
  /** Remote modules come from the `vendor` of the folder. */
  readonly isVendored: boolean;
}

/** Maximum number of directories that a `deno.json` links, and of patterns of workspaces. */
const MAX_LISTED = 32;

/**
 * Decides where the packages of a folder come from, as `deno run` does. It installs packages if
 * there is a `package.json` with dependencies, or if `deno.json` asks for a `node_modules`; a
 * folder with its own `node_modules` uses that, and `"nodeModulesDir": "none"` prevents it. In
 * contrast to Deno, `"manual"` without a `node_modules` installs too.
 *
 * @example
 * ```ts
 * import { chooseDependencies } from "./dependencies.ts";
 * const packageJson = { dependencies: { ms: "2.1.3" } };
 * const folder = { denoJson: undefined, hasNodeModules: false, hasVendor: false };
 * chooseDependencies({ ...folder, packageJson, linksPackage: false }).isInstalled; // true
 * ```
 */
export function chooseDependencies(facts: DependencyFacts): Dependencies {
  const mode = property(facts.denoJson, "nodeModulesDir");
  const isVendored = facts.hasVendor && property(facts.denoJson, "vendor") === true;
  if (facts.hasNodeModules) return { nodeModules: "manual", isInstalled: false, isVendored };
  const isOff = mode === "none" || mode === false;
  const isInstalled = !isOff &&
    (["auto", "manual", true].includes(mode as string) || facts.linksPackage ||
      needsPackages(facts.packageJson));
  return { nodeModules: "none", isInstalled, isVendored };
}

/**
 * Returns the relative directories of `links` in a `deno.json`, without those outside the folder.
 *
 * @example
 * ```ts
 * import { linkedDirectories } from "./dependencies.ts";
 * linkedDirectories({ links: ["./tools", "../other"] }); // ["tools"]
 * ```
 */
export function linkedDirectories(denoJson: unknown): string[] {
  return texts(property(denoJson, "links")).slice(0, MAX_LISTED)
    .map((link) => normalize(link))
    .filter((link) => !link.startsWith("/") && !/^\.\.(?:\/|$)/.test(link) && !link.includes("\0"));
}

/**
 * Returns patterns of the configuration files of a folder's workspace members, as
 * `findWatchedFiles` takes them; ignores members that are not below the folder.
 *
 * @example
 * ```ts
 * import { memberPatterns } from "./dependencies.ts";
 * memberPatterns({ denoJson: {}, packageJson: { workspaces: ["apps/*"] } })[0]; // "apps/*\/package.json"
 * ```
 */
export function memberPatterns(
  { denoJson, packageJson }: Pick<DependencyFacts, "denoJson" | "packageJson">,
): string[] {
  const listed = [property(packageJson, "workspaces"), property(denoJson, "workspace")]
    .flatMap((value) =>
      Array.isArray(value) ? [value] : [
        property(value, "packages"),
        property(value, "members"),
      ]
    )
    .flatMap(texts);
  const patterns = listed.slice(0, MAX_LISTED).flatMap((text) => {
    try {
      return [parseWatchPattern(text)];
    } catch {
      return [];
    }
  });
  return [...new Set(patterns)]
    .flatMap((pattern) => MEMBER_FILES.map((file) => join(pattern, file)));
}

const MEMBER_FILES = ["package.json", "deno.json", "deno.jsonc"];

const LISTS = ["dependencies", "devDependencies", "optionalDependencies"];

function needsPackages(packageJson: unknown): boolean {
  const workspaces = property(packageJson, "workspaces");
  return LISTS.some((list) => Object.keys(property(packageJson, list) ?? {}).length > 0) ||
    texts(workspaces).length > 0 || texts(property(workspaces, "packages")).length > 0;
}

function property(value: unknown, name: string): unknown {
  const isObject = typeof value === "object" && value !== null;
  return isObject && Object.hasOwn(value, name)
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined;
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];
}
