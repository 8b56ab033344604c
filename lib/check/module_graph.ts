/** One entry of the graph that `deno info --json` prints. */
export interface GraphModule {
  readonly specifier: string;
  /** Why the module can't be loaded; it has nothing else then. */
  readonly error?: string;
  readonly dependencies?: readonly {
    readonly code?: GraphDependency;
    readonly type?: GraphDependency;
  }[];
}

/** An import of a module. */
export interface GraphDependency {
  readonly specifier?: string;
  /** From 0. */
  readonly span?: { readonly start: { readonly line: number; readonly character: number } };
}

/** The modules of a graph; `undefined` when the text is no graph, because it was cut or never came. */
export function parseGraph(json: string): readonly GraphModule[] | undefined {
  try {
    return (JSON.parse(json) as { readonly modules?: readonly GraphModule[] }).modules ?? [];
  } catch {
    return undefined;
  }
}
