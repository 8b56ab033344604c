/** A module in the output of `deno info --json`. */
export interface GraphModule {
  readonly specifier: string;
  /** Reason why the module can't be loaded; other fields are missing then. */
  readonly error?: string;
  /** Such as `esm`; `node` for a module of Node. */
  readonly kind?: string;
  /** Such as `TypeScript`. */
  readonly mediaType?: string;
  readonly dependencies?: readonly {
    readonly code?: GraphDependency;
    readonly type?: GraphDependency;
  }[];
}

/** An import in a module. */
export interface GraphDependency {
  readonly specifier?: string;
  /** Starts at 0. */
  readonly span?: { readonly start: { readonly line: number; readonly character: number } };
}

/** Parses the modules of a graph; `undefined` when the text is truncated or empty. */
export function parseGraph(json: string): readonly GraphModule[] | undefined {
  try {
    return (JSON.parse(json) as { readonly modules?: readonly GraphModule[] }).modules ?? [];
  } catch {
    return undefined;
  }
}
