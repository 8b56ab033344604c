import { patternProblem } from "./function_pattern.ts";
import { type Grant, sortGrants } from "./grants.ts";
import type { Kind } from "./kind.ts";
import { refuseText } from "./policy_kinds.ts";

/** Settings of single functions, which only the functions directory's `ddsrv.json` has. */
export const grants: Kind<readonly Grant[]> = {
  placeholder: "functions",
  parse: refuseText,
  // Defaults alone are written, and there is none.
  write: () => undefined,
  schema: (zod, manifest = zod.never()) =>
    zod.record(
      zod.string().superRefine((pattern, { addIssue }) => {
        const problem = patternProblem(pattern);
        if (problem === undefined) return;
        addIssue({
          code: "custom",
          message: `"${pattern}" can't be the name of a function: ${problem}. ` +
            "Give a name, or a pattern such as api-*",
        });
      }),
      manifest,
    ).transform((entries) =>
      sortGrants(Object.entries(entries).map(([pattern, settings]) => ({ pattern, settings })))
    ),
};
