import { createHash } from "node:crypto";

/** A file, directory or link below one entry of the functions directory. */
export interface TreeNode {
  /** Names of its path below the functions directory; at least one. */
  readonly names: readonly string[];
  readonly type: "file" | "directory" | "link";
  /** Of a file: SHA-256 of its content. Of a link: its target. */
  readonly content: string;
  readonly isExecutable: boolean;
}

/**
 * Returns a digest of each entry at the top, which depends on everything below it and on nothing
 * else: not on times, owners or the order in the archive.
 *
 * @example
 * ```ts
 * import { digestTrees } from "./tree_digest.ts";
 * const node = { names: ["a"], type: "directory", content: "", isExecutable: false } as const;
 * [...digestTrees([node]).keys()]; // ["a"]
 * ```
 */
export function digestTrees(nodes: readonly TreeNode[]): ReadonlyMap<string, string> {
  const byTop = Map.groupBy(nodes, ({ names }) => names[0]!);
  return new Map([...byTop].map(([top, own]) => [top, digestOf(own)]));
}

function digestOf(nodes: readonly TreeNode[]): string {
  const lines = nodes.map(({ names, type, content, isExecutable }) =>
    JSON.stringify([names, type, content, isExecutable])
  ).sort();
  const hash = createHash("sha256");
  for (const line of lines) hash.update(`${line}\n`);
  return hash.digest("hex");
}
