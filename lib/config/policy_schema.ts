import { z } from "zod";
import { functionSchema } from "./function_schema.ts";
import { LIMIT_OPTIONS, type LimitOption, parseLimit } from "./limit_options.ts";
import { MAX_LOG_FILES, MIN_LOG_FILES, parseLogMaxSize } from "./log_bounds.ts";
import { MAX_MAX_FILES, MIN_MAX_FILES } from "./max_files.ts";
import { checkedCidr, parseDomain, parseFetchHost, parseHostName } from "./network_address.ts";
import { parsed } from "./parsed.ts";
import { parseCheckBound, parseRescan } from "./duration.ts";
import { parseUidRange } from "./uid_range.ts";
import { ACCESS_LOG_FORMATS, LOG_FORMATS, MAX_HEALTH_ATTEMPTS } from "./settings.ts";

const port = z.int().min(0).max(65535);

/** A limit as a string with its unit; a count may be a number as well. */
function limit(option: LimitOption): z.ZodType<number | undefined> {
  const text = option.unit === "count"
    ? z.union([z.string(), z.int().transform(String)])
    : z.string();
  return parsed(text, (value) => parseLimit(option, value)).optional();
}

const limits = Object.fromEntries(LIMIT_OPTIONS.map((option) => [option.name, limit(option)]));

const domain = parsed(z.string(), parseDomain);

/** The functions directory's `ddsrv.json`: every function's ceiling, and how the server runs. */
export const policySchema = functionSchema.extend({
  port: port.optional(),
  hostname: z.string().optional(),
  adminPort: port.optional(),
  adminHostname: z.string().optional(),
  adminHosts: z.array(parsed(z.string(), parseHostName)).optional(),
  logsDirectory: z.string().optional(),
  saveLogs: z.boolean().optional(),
  logFormat: z.enum(LOG_FORMATS).optional(),
  logMaxSize: parsed(z.string(), parseLogMaxSize).optional(),
  logMaxFiles: z.int().min(MIN_LOG_FILES).max(MAX_LOG_FILES).optional(),
  checkCode: z.boolean().optional(),
  checkCpuTime: parsed(z.string(), parseCheckBound).optional(),
  checkTimeout: parsed(z.string(), parseCheckBound).optional(),
  healthAttempts: z.int().min(0).max(MAX_HEALTH_ATTEMPTS).optional(),
  watch: z.boolean().optional(),
  rescan: parsed(z.string(), parseRescan).optional(),
  maxFiles: z.int().min(MIN_MAX_FILES).max(MAX_MAX_FILES).optional(),
  preferredPort: port.min(1).optional(),
  allowImport: z.array(z.string()).optional(),
  registries: z.array(parsed(z.string(), parseFetchHost)).optional(),
  dns: z.array(z.ipv4()).optional(),
  addressRange: z.string()
    .regex(
      /^(?:[1-9]\d?|1\d\d|2[01]\d|22[0-3])\.(?:\d|[1-9]\d|1\d\d|2[0-4]\d|25[0-5])\.0\.0\/16$/,
      "Give a /16 of IPv4, such as 10.213.0.0/16",
    ).optional(),
  uidRange: parsed(z.string(), parseUidRange).optional(),
  trustedProxies: z.array(parsed(z.string(), checkedCidr)).optional(),
  domain: z.union([domain.transform((one) => [one]), z.array(domain)]).optional(),
  hideErrors: z.boolean().optional(),
  compatReload: z.boolean().optional(),
  tlsCert: z.string().optional(),
  tlsKey: z.string().optional(),
  accessLog: z.enum(ACCESS_LOG_FORMATS).optional(),
  accessLogFile: z.string().optional(),
  // Their names and types are in the table; here they would say the same once more.
  ...limits as Record<never, never>,
});

/** The settings that the functions directory's `ddsrv.json` gives. */
export type Policy = z.output<typeof policySchema>;
