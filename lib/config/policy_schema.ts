import { z } from "zod";
import { functionSchema } from "./function_schema.ts";

const port = z.int().min(0).max(65535);

/** The functions directory's `ddsrv.json`: every function's ceiling, and how the server runs. */
export const policySchema = functionSchema.extend({
  port: port.optional(),
  hostname: z.string().optional(),
  logsDirectory: z.string().optional(),
  saveLogs: z.boolean().optional(),
  logFormat: z.enum(["cri", "docker"]).optional(),
  checkCode: z.boolean().optional(),
  preferredPort: port.min(1).optional(),
  allowImport: z.array(z.string()).optional(),
  dns: z.array(z.ipv4()).optional(),
  addressRange: z.string()
    .regex(
      /^(?:[1-9]\d?|1\d\d|2[01]\d|22[0-3])\.(?:\d|[1-9]\d|1\d\d|2[0-4]\d|25[0-5])\.0\.0\/16$/,
      "Give a /16 of IPv4, such as 10.213.0.0/16",
    ).optional(),
});

/** The settings that the functions directory's `ddsrv.json` gives. */
export type Policy = z.output<typeof policySchema>;
