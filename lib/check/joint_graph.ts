import { localPath } from "./local_path.ts";
import { type GraphModule, parseGraph } from "./module_graph.ts";

/** A function in a graph of several. */
export interface JointEntry {
  readonly name: string;
  /** Absolute path of its entry. */
  readonly entry: string;
}

/** Modules of one function in a graph of several. */
export interface JointModules extends JointEntry {
  /** Absolute paths, sorted. */
  readonly modules: readonly string[];
  /** It imports modules of Node, which may change the types of a program in some versions of Deno. */
  readonly usesNode: boolean;
}

/** Options of {@linkcode readJointGraph}. */
export interface JointGraphOptions {
  /** Absolute path of the module that imports all entries, in this order. */
  readonly root: string;
  readonly entries: readonly JointEntry[];
  /** Returns true if a function's check may see a file. */
  readonly isOwn: (name: string, path: string) => boolean;
}

/**
 * Splits the output of `deno info --json` for a module that imports the entries of several functions.
 * Leaves out each function whose part has an error, a module that is not TypeScript, or one that the
 * function must not see, and returns no function if the root does not lead to the entries.
 */
export function readJointGraph(json: string, options: JointGraphOptions): JointModules[] {
  const { root, entries } = options;
  const graph = new Map(parseGraph(json)?.map((module) => [pathOf(module.specifier), module]));
  const imported = graph.get(root)?.dependencies ?? [];
  const leadsToEntries = imported.length === entries.length &&
    imported.every(({ code, type }, index) =>
      type === undefined && pathOf(code?.specifier ?? "") === entries[index]!.entry
    );
  return leadsToEntries ? entries.flatMap((entry) => partOf(graph, entry, options) ?? []) : [];
}

function partOf(
  graph: ReadonlyMap<string, GraphModule>,
  { name, entry }: JointEntry,
  { root, isOwn }: JointGraphOptions,
): JointModules | undefined {
  const modules = new Set([entry]);
  let usesNode = false;
  for (const path of modules) {
    const module = graph.get(path);
    if (module === undefined || module.error !== undefined) return undefined;
    if (module.kind === "node") {
      modules.delete(path);
      usesNode = true;
      continue;
    }
    const isTypeScript = module.mediaType === "TypeScript" || module.mediaType === "Mts";
    if (!isTypeScript || path === root || !isOwn(name, path)) return undefined;
    for (const { code, type } of module.dependencies ?? []) {
      const targets = [code, type].filter((target) => target !== undefined);
      // Deno could not resolve the import.
      if (targets.length === 0) return undefined;
      for (const { specifier } of targets) {
        if (specifier === undefined) return undefined;
        modules.add(pathOf(specifier));
      }
    }
  }
  return { name, entry, modules: [...modules].sort(), usesNode };
}

/** Returns the path of a local module, or the specifier of another one. */
function pathOf(specifier: string): string {
  return localPath(specifier) ?? specifier;
}
