import { z } from "zod";
import { parseBandwidth } from "./bandwidth.ts";
import { parseDuration, parseIdle, parseLiveness } from "./duration.ts";
import { type Egress, EGRESS_KINDS, MAX_EGRESS_RULES, parseEgressRule } from "./egress.ts";
import { parsed } from "./parsed.ts";
import { PERMISSION_KINDS, type SomePermissions } from "./permissions.ts";
import { parseRateLimit } from "./rate_limit.ts";
import { parseSize } from "./size.ts";

const duration = parsed(z.string(), parseDuration);

const idle = parsed(z.string(), parseIdle);

const liveness = parsed(z.string("Give a duration such as 10s, or never"), parseLiveness);

const rateLimit = parsed(z.string(), parseRateLimit);

/** Deno alone takes this much. */
const MIN_MEMORY_BYTES = 64 * 1024 * 1024;

/** Deno has that many threads without any code of a function. */
const MIN_PROCESSES = 64;

const memory = parsed(z.string(), (text) => {
  const bytes = parseSize(text);
  if (bytes >= MIN_MEMORY_BYTES) return bytes;
  throw new RangeError(`"${text}" is not enough for Deno itself. Give at least 64MiB`);
});

const cpu = z.number().min(0.01, "Give a number of cores, at least 0.01").max(4_096);

const processes = z.int().min(
  MIN_PROCESSES,
  `Give at least ${MIN_PROCESSES}: threads count, and Deno has many`,
).max(4_194_304);

/** A file system of its own takes that much for its tables. */
const MIN_DATA_BYTES = 16 * 1024 * 1024;

/** The largest that ext4 has with blocks of 4 KiB and 32 bits for their number. */
const MAX_DATA_BYTES = 16 * 1024 ** 4;

const dataSize = parsed(z.string(), (text) => {
  const bytes = parseSize(text);
  if (bytes >= MIN_DATA_BYTES && bytes <= MAX_DATA_BYTES) return bytes;
  throw new RangeError(`"${text}" can't be had. Give 16MiB to 16384GiB`);
});

const dataFiles = z.int().min(64, "Give at least 64").max(2 ** 32 - 1);
const bandwidth = parsed(z.string(), parseBandwidth);

/** What a request line takes as it is (RFC 9112, section 3.2.1). */
const healthPath = z.string().regex(
  /^\/[!-~]*$/,
  "Give a path such as /healthz, without spaces",
).max(1_024);

const environment = z.record(
  z.string().regex(/^[^=\0]+$/, "A variable's name can't be empty or hold = or NUL"),
  z.string().refine((value) => !value.includes("\0"), "A variable's value can't hold NUL"),
);

const egressList = z.array(parsed(z.string(), parseEgressRule))
  .max(MAX_EGRESS_RULES, `Give at most ${MAX_EGRESS_RULES} destinations; networks stand for many`)
  .transform((rules) => ({ rules, isPublicOnly: false }));

const egress: z.ZodType<Egress> = z.union([z.enum(EGRESS_KINDS), egressList], {
  error: `Give one of ${EGRESS_KINDS.join(", ")}, or a list of destinations`,
});

const permission = z.union([
  z.boolean(),
  z.array(z.string().regex(/^[^,\0]+$/, "What is listed can't be empty or hold a comma or NUL")),
], { error: "Give true, false, or a list of what is permitted" });

const permissions: z.ZodType<SomePermissions> = z.union([
  z.literal("all"),
  z.strictObject(
    Object.fromEntries(PERMISSION_KINDS.map((kind) => [kind, permission.optional()])),
  ),
], { error: `Give "all", or any of ${PERMISSION_KINDS.join(", ")}` });

/**
 * The settings of one function. In the functions directory's `ddsrv.json` they are the ceiling for
 * every function; in a function's own `ddsrv.json`, its manifest, they may ask for less.
 */
export const functionSchema: z.ZodObject<{
  $schema: z.ZodOptional<z.ZodString>;
  egress: z.ZodOptional<typeof egress>;
  permissions: z.ZodOptional<typeof permissions>;
  envFile: z.ZodOptional<z.ZodString>;
  env: z.ZodOptional<typeof environment>;
  startTimeout: z.ZodOptional<typeof duration>;
  stopGrace: z.ZodOptional<typeof duration>;
  healthPath: z.ZodOptional<typeof healthPath>;
  healthInterval: z.ZodOptional<typeof liveness>;
  hangTimeout: z.ZodOptional<typeof liveness>;
  idle: z.ZodOptional<typeof idle>;
  drain: z.ZodOptional<typeof duration>;
  keepPrefix: z.ZodOptional<z.ZodBoolean>;
  rateLimit: z.ZodOptional<typeof rateLimit>;
  memory: z.ZodOptional<typeof memory>;
  cpu: z.ZodOptional<typeof cpu>;
  processes: z.ZodOptional<typeof processes>;
  dataSize: z.ZodOptional<typeof dataSize>;
  dataFiles: z.ZodOptional<typeof dataFiles>;
  bandwidth: z.ZodOptional<typeof bandwidth>;
}, z.core.$strict> = z.strictObject({
  $schema: z.string().optional(),
  egress: egress.optional(),
  permissions: permissions.optional(),
  envFile: z.string().regex(/^[^\0]+$/, "Give the path of a file").optional(),
  env: environment.optional(),
  startTimeout: duration.optional(),
  stopGrace: duration.optional(),
  healthPath: healthPath.optional(),
  healthInterval: liveness.optional(),
  hangTimeout: liveness.optional(),
  idle: idle.optional(),
  drain: duration.optional(),
  keepPrefix: z.boolean().optional(),
  rateLimit: rateLimit.optional(),
  memory: memory.optional(),
  cpu: cpu.optional(),
  processes: processes.optional(),
  dataSize: dataSize.optional(),
  dataFiles: dataFiles.optional(),
  bandwidth: bandwidth.optional(),
});

/** A function's settings as `ddsrv.json` gives them; times in milliseconds. */
export type FunctionSettings = z.output<typeof functionSchema>;
