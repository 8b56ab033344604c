import { z } from "zod";
import { ConfigError } from "../config/json_file.ts";
import { readFunctionPolicy } from "../function/manifest.ts";
import { judgeName } from "../function/name.ts";
import { originsOf, type VariableLayer } from "../function/variable_layers.ts";
import { valuesOf } from "../supervisor/variable_store.ts";
import type { VariableReport, VariablesChange, VariablesRequest } from "./api.ts";
import { type ControlContext, failure, type Route, route } from "./route.ts";

/** Holds all that may be set for a function, though JSON writes a character as six bytes at most. */
export const MAX_VARIABLES_BODY_BYTES = 8 * 1024 * 1024;

const NO_NAME = "That is no name of a function";

const undoQuery = z.strictObject({
  change: z.uuid().describe("The change, as its answer named it"),
});

/** Routes of the control API for variables: they take values, and never give one. */
export const VARIABLE_ROUTES: readonly Route[] = [
  route({
    method: "GET",
    path: "/functions/{name}/variables",
    operation: "listVariables",
    summary: "Where a function's variables come from, sorted by name; no values",
    gives: "VariableReport[]",
    faults: {
      404: "There is no function of that name, and nothing is set for it",
      409: "Its manifest or one of its env files is not valid",
    },
    async handle({ name }, context) {
      const reports = await reportVariables(name, context);
      if (reports === undefined) return failure(404, `There is no function "${name}"`);
      return typeof reports === "string" ? failure(409, reports) : { status: 200, body: reports };
    },
  }),
  route<z.ZodObject, VariablesRequest>({
    method: "POST",
    path: "/functions/{name}/variables",
    operation: "changeVariables",
    summary: "Set and unset variables of a function, which need not be there; reload it with them",
    takes: "VariablesRequest",
    maxBodyBytes: MAX_VARIABLES_BODY_BYTES,
    gives: "VariablesChange",
    faults: { 404: NO_NAME, 409: "They would be too much together" },
    async handle({ name, body }, { supervisor, context }) {
      if (judgeName(name).type !== "function") return failure(404, NO_NAME);
      const { set = {}, unset = [], isReloading = true } = body;
      try {
        const { changed, id } = await context.variables.change(name, { set, unset });
        const isThere = supervisor.functions.get(name)?.isWanted === true;
        const effect = isReloading ? supervisor.refresh(name) : isThere ? "current" : "absent";
        return {
          status: 200,
          body: { changed, change: id ?? null, effect } satisfies VariablesChange,
        };
      } catch (error) {
        if (error instanceof RangeError) return failure(409, error.message);
        throw error;
      }
    },
  }),
  route({
    method: "POST",
    path: "/functions/{name}/variables/undo",
    operation: "undoVariables",
    summary: "Take back the last change of a function's variables",
    query: undoQuery,
    faults: { 404: "Another change came after it, or there was no such change" },
    async handle({ name, query }, { supervisor, context }) {
      if (judgeName(name).type !== "function") return failure(404, NO_NAME);
      const isUndone = await context.variables.undo(name, query.change);
      if (!isUndone) return failure(404, "That is not the last change of its variables");
      supervisor.refreshServing(name);
      return { status: 204 };
    },
  }),
];

/** A text when the function's own files say no. */
async function reportVariables(
  name: string,
  { supervisor, context }: ControlContext,
): Promise<VariableReport[] | string | undefined> {
  if (judgeName(name).type !== "function") return undefined;
  const stored = await context.variables.read(name);
  const directory = supervisor.functions.get(name)?.directory;
  if (directory === undefined && stored.size === 0) return undefined;
  try {
    return originsOf(await readLayers(directory, context, valuesOf(stored))).map((one) => ({
      ...one,
      setAt: one.source === "set" ? stored.get(one.name)!.setAt : null,
    }));
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
}

async function readLayers(
  directory: string | undefined,
  { settings }: ControlContext["context"],
  variables: Readonly<Record<string, string>>,
): Promise<readonly VariableLayer[]> {
  return directory === undefined
    ? [{ source: "set", env: variables }]
    : (await readFunctionPolicy(directory, settings, { variables })).layers;
}
