import { z } from "zod";
import { ConfigError } from "../config/json_file.ts";
import { type FunctionSettings, settingsFor } from "../config/settings_for.ts";
import { readFunctionPolicy } from "../function/manifest.ts";
import { judgeName } from "../config/function_name.ts";
import { originsOf, type VariableLayer } from "../function/variable_layers.ts";
import { valuesOf } from "../supervisor/variable_store.ts";
import type { VariableReport, VariablesChange, VariablesRequest } from "./api.ts";
import { findChangeUser } from "./change_user.ts";
import { type ControlContext, failure, type Route, route } from "./route.ts";

/** Maximum size of a request with variables; JSON writes a character in at most six bytes. */
export const MAX_VARIABLES_BODY_BYTES = 8 * 1024 * 1024;

const NO_NAME = "The name is not valid for a function";

const undoQuery = z.strictObject({
  change: z.uuid().describe("Id of the change, from its response"),
});

/** Routes for variables. Requests contain values; responses never do. */
export const VARIABLE_ROUTES: readonly Route[] = [
  route({
    method: "GET",
    path: "/functions/{name}/variables",
    operation: "listVariables",
    summary: "List a function's variables and their sources, sorted by name, without values",
    responseBody: "VariableReport[]",
    errors: {
      404: "There is no such function, and no variable is set for it",
      409: "The manifest or an env file is not valid",
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
    summary: "Set and unset variables, also before the function exists, and reload the function",
    requestBody: "VariablesRequest",
    maxBodyBytes: MAX_VARIABLES_BODY_BYTES,
    responseBody: "VariablesChange",
    errors: { 404: NO_NAME, 409: "The variables would be too large together" },
    async handle({ name, body, uid }, { supervisor, context }) {
      if (judgeName(name).type !== "function") return failure(404, NO_NAME);
      const { set = {}, unset = [], isReloading = true } = body;
      try {
        const user = await findChangeUser(uid);
        const { changed, id } = await context.variables.change(name, { set, unset });
        const exists = supervisor.functions.get(name)?.isWanted === true;
        const effect = isReloading ? supervisor.refresh(name, user) : exists ? "current" : "absent";
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
    summary: "Undo the last change of a function's variables",
    query: undoQuery,
    errors: { 404: "Another change came after it, or there was no such change" },
    async handle({ name, query, uid }, { supervisor, context }) {
      if (judgeName(name).type !== "function") return failure(404, NO_NAME);
      const isUndone = await context.variables.undo(name, query.change);
      if (!isUndone) return failure(404, "This is not the last change of the variables");
      supervisor.refreshServing(name, await findChangeUser(uid));
      return { status: 204 };
    },
  }),
];

/** Returns a message if the function's own files are not valid. */
async function reportVariables(
  name: string,
  { supervisor, context }: ControlContext,
): Promise<VariableReport[] | string | undefined> {
  if (judgeName(name).type !== "function") return undefined;
  const stored = await context.variables.read(name);
  const directory = supervisor.functions.get(name)?.directory;
  if (directory === undefined && stored.size === 0) return undefined;
  try {
    const settings = settingsFor(context.settings, name);
    return originsOf(await readLayers(directory, settings, valuesOf(stored))).map((origin) => ({
      ...origin,
      setAt: origin.source === "set" ? stored.get(origin.name)!.setAt : null,
    }));
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
}

async function readLayers(
  directory: string | undefined,
  settings: FunctionSettings,
  variables: Readonly<Record<string, string>>,
): Promise<readonly VariableLayer[]> {
  return directory === undefined
    ? [{ source: "set", env: variables }]
    : (await readFunctionPolicy(directory, settings, { variables })).layers;
}
