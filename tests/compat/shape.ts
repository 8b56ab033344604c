/** A request of a shape's client. */
export interface ShapeRequest {
  /** Path with query. */
  readonly path: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Status that bare Deno must answer with; 200 when left out. */
  readonly status?: number;
  /** Text that the body must contain, so that two equal errors are no success. */
  readonly contains?: string;
}

/** One shape of an application: a folder of `shapes/` with the same name, and its client. */
export interface Shape {
  /** Name of the folder, and of the function. */
  readonly name: string;
  /** Description for the table. */
  readonly title: string;
  /**
   * Arguments of Deno that run the folder without ddsrv. `undefined` when bare Deno can't serve it:
   * then each request says what it expects.
   */
  readonly bare: readonly string[] | undefined;
  /** Port of the bare process; 8000 when left out. */
  readonly port?: number;
  /** Variables that a person sets for the bare process, such as `PORT`. */
  readonly env?: Readonly<Record<string, string>>;
  /** Command that a person runs in the folder before, such as `npm install`. */
  readonly prepare?: readonly string[];
  /** Arguments of Deno that install packages for the bare process; ddsrv gets the folder without. */
  readonly install?: readonly string[];
  /** By default one request for `/`. */
  readonly requests?: readonly ShapeRequest[];
  /** File of `clients/` that makes the requests instead, and prints what it saw. */
  readonly client?: string;
  /** The setting that it needs, as the table names it. */
  readonly setting?: string;
  /** The operator's entry for this function in `functions` of `ddsrv.json`. */
  readonly operator?: Readonly<Record<string, unknown>>;
  /** Needs the PostgreSQL server at `neighbour.test`. */
  readonly hasPostgres?: true;
  /** ddsrv cannot run it, and says this sentence. */
  readonly refused?: { readonly says: RegExp; readonly why: string };
}

/** Part of the corpus: a section of the table. */
export interface ShapeGroup {
  readonly title: string;
  readonly shapes: readonly Shape[];
}

/** Measured result of a shape. */
export interface ShapeResult {
  readonly name: string;
  /** `undefined` if it is as the shape expects. */
  readonly problem: string | undefined;
  readonly seconds: number;
}

/** Directory of the shapes' folders. */
export const SHAPES_DIRECTORY: string = new URL("shapes", import.meta.url).pathname;
