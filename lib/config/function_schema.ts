import { z } from "zod";
import { parseDuration } from "./duration.ts";
import { parsed } from "./parsed.ts";
import { EGRESS_KINDS } from "./settings.ts";

const duration = parsed(z.string(), parseDuration);

const environment = z.record(
  z.string().regex(/^[^=\0]+$/, "A variable's name can't be empty or hold = or NUL"),
  z.string().refine((value) => !value.includes("\0"), "A variable's value can't hold NUL"),
);

/**
 * The settings of one function. In the functions directory's `ddsrv.json` they are the ceiling for
 * every function; in a function's own `ddsrv.json`, its manifest, they may ask for less.
 */
export const functionSchema: z.ZodObject<{
  $schema: z.ZodOptional<z.ZodString>;
  egress: z.ZodOptional<
    z.ZodEnum<{ none: "none"; internet: "internet"; full: "full" }>
  >;
  env: z.ZodOptional<typeof environment>;
  startTimeout: z.ZodOptional<typeof duration>;
  stopGrace: z.ZodOptional<typeof duration>;
  keepPrefix: z.ZodOptional<z.ZodBoolean>;
}, z.core.$strict> = z.strictObject({
  $schema: z.string().optional(),
  egress: z.enum(EGRESS_KINDS).optional(),
  env: environment.optional(),
  startTimeout: duration.optional(),
  stopGrace: duration.optional(),
  keepPrefix: z.boolean().optional(),
});

/** A function's settings as `ddsrv.json` gives them; times in milliseconds. */
export type FunctionSettings = z.output<typeof functionSchema>;
