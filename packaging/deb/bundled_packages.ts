const COMMENT = /^\/\/ node_modules\/\.deno\/(@?[^@\n]+)@[^\n]*$/gm;

/**
 * Returns the names of the npm packages that a module of the bundle contains, by the comments that
 * Deno writes before each part. A scope is followed by `+` in them.
 *
 * @example
 * ```ts
 * import { bundledPackages } from "./bundled_packages.ts";
 * bundledPackages("// node_modules/.deno/@a+b@1.0.0/node_modules/@a/b/c.js\n"); // ["@a/b"]
 * ```
 */
export function bundledPackages(module: string): string[] {
  return Array.from(module.matchAll(COMMENT), ([, name = ""]) => name.replace("+", "/"));
}

/** Returns the packages in modules that a copyright file does not name, each once. */
export function findUnnamed(modules: readonly string[], copyright: string): string[] {
  const words = new Set(copyright.split(/[\s,.:]+/));
  return [...new Set(modules.flatMap(bundledPackages))].filter((name) => !words.has(name)).sort();
}
