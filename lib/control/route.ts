import type { z } from "zod";
import type { Supervisor } from "../supervisor/supervisor.ts";
import type { SupervisorContext } from "../supervisor/supervisor_context.ts";
import type { SupervisorReport } from "./api.ts";
import type { ShapeName } from "./api_schema.ts";

/** What the control API speaks for. */
export interface ControlContext {
  readonly supervisor: Supervisor;
  readonly context: SupervisorContext;
  readonly report: SupervisorReport;
}

/** What a handler is given: all of it looked at before. */
export interface Call<Query = unknown, Body = unknown> {
  /** What stands for `{name}` in the path; empty where it has none. */
  readonly name: string;
  readonly query: Query;
  readonly body: Body;
  /** Aborts when nobody waits for the answer any more. */
  readonly gone: AbortSignal;
}

/** An answer; its body is written as JSON. */
export interface Reply {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One method of one path: how it is answered, and what its description says. */
export interface Route {
  readonly method: "GET" | "POST";
  /** Below the API's prefix, as `/functions/{name}`. */
  readonly path: string;
  /** Its name in clients that are made from the description. */
  readonly operation: string;
  readonly summary: string;
  /** Parameters of the query; others are refused. */
  readonly query?: z.ZodObject;
  /** The shape of its body. */
  readonly takes?: ShapeName;
  /** Longest body; 64 KiB when left out. */
  readonly maxBodyBytes?: number;
  /** The shape of its answer, or a list of them; nothing is 204. */
  readonly gives?: ShapeName | `${ShapeName}[]`;
  /** What else it may answer with, and why. */
  readonly faults?: Readonly<Record<number, string>>;
  readonly handle: (call: Call, context: ControlContext) => Reply | Promise<Reply>;
}

/** Declares a route whose handler knows the types of its query and its body. */
export function route<Query extends z.ZodObject = z.ZodObject, Body = undefined>(
  declared: Omit<Route, "query" | "handle"> & {
    readonly query?: Query;
    readonly handle: (
      call: Call<z.output<Query>, Body>,
      context: ControlContext,
    ) => Reply | Promise<Reply>;
  },
): Route {
  // What comes in was parsed with the very schemas that are declared here.
  return declared as unknown as Route;
}

/** An answer that is no success. */
export function failure(status: number, error: string): Reply {
  return { status, body: { error } };
}
