import type { z } from "zod";
import type { Supervisor } from "../supervisor/supervisor.ts";
import type { SupervisorContext } from "../supervisor/supervisor_context.ts";
import type { RestartReport, SupervisorReport } from "./api.ts";
import type { ShapeName } from "./api_schema.ts";

/** Everything that the handlers of the control API use. */
export interface ControlContext {
  readonly supervisor: Supervisor;
  readonly context: SupervisorContext;
  readonly report: SupervisorReport;
  /** Returns true once the supervisor has seen the functions of the source; always without one. */
  readonly hasSource?: () => boolean;
  /** Returns a link that logs in to the page once; `undefined` without an admin port. */
  readonly loginLink?: () => string | undefined;
  /** Missing where ddsrv can't restart itself, as on the page. */
  readonly restarts?: ControlRestarts | undefined;
}

/** Restarts of the supervisor. */
export interface ControlRestarts {
  /** Resolves when a new supervisor serves. Rejects with a `RestartError` if this one serves on. */
  readonly restart: (timeoutMs: number) => Promise<RestartReport>;
  readonly isActive: () => boolean;
}

/** The reason why a restart has changed nothing. */
export class RestartError extends Error {
  override readonly name = "RestartError";
}

/** A validated request. */
export interface Call<Query = unknown, Body = unknown> {
  /** Value of `{name}` in the path; empty without it. */
  readonly name: string;
  readonly query: Query;
  readonly body: Body;
  /** User id of the client, as the kernel recorded it; `undefined` if it is unknown. */
  readonly uid: number | undefined;
  /** Aborts when the client disconnects. */
  readonly signal: AbortSignal;
}

/** A response; its body is sent as JSON. */
export interface Reply {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One method of one path: its handler and its description. */
export interface Route {
  readonly method: "GET" | "POST";
  /** Path below the API's prefix, such as `/functions/{name}`. */
  readonly path: string;
  /** `operationId` in the OpenAPI description. */
  readonly operation: string;
  readonly summary: string;
  /** Parameters of the query; the server refuses others. */
  readonly query?: z.ZodObject;
  readonly requestBody?: ShapeName;
  /** Maximum size of the request body; 64 KiB by default. */
  readonly maxBodyBytes?: number;
  /** Schema of the response body; without one, the response is 204. */
  readonly responseBody?: ShapeName | `${ShapeName}[]`;
  /** The response is about all functions, so that it waits for the first scan. */
  readonly needsScan?: true;
  /** Reasons for error responses, by status. */
  readonly errors?: Readonly<Record<number, string>>;
  readonly handle: (call: Call, context: ControlContext) => Reply | Promise<Reply>;
}

/** Declares a route with a typed query and body. */
export function route<Query extends z.ZodObject = z.ZodObject, Body = undefined>(
  declared: Omit<Route, "query" | "handle"> & {
    readonly query?: Query;
    readonly handle: (
      call: Call<z.output<Query>, Body>,
      context: ControlContext,
    ) => Reply | Promise<Reply>;
  },
): Route {
  // The server validates query and body with the schemas that are declared here.
  return declared as unknown as Route;
}

/** Returns an error response. */
export function failure(status: number, error: string): Reply {
  return { status, body: { error } };
}
