import {
  type Egress,
  EGRESS_KINDS,
  formatEgress,
  MAX_EGRESS_RULES,
  parseEgress,
  parseEgressRule,
} from "./egress.ts";
import { type HostPattern, parseHostPattern } from "./host_pattern.ts";
import { type Kind, parsed } from "./kind.ts";
import { MAX_WATCH_PATTERNS, parseWatchPattern } from "./watch_pattern.ts";
import { parseWritableName, writableNamesProblem } from "./writable_name.ts";
import { list, text } from "./kinds.ts";
import { PERMISSION_KINDS, type SomePermissions } from "./permissions.ts";

/** Egress: its name, or a list of destinations. */
export const egress: Kind<Egress> = {
  placeholder: "kind",
  parse: parseEgress,
  write: formatEgress,
  schema(zod) {
    const rules = zod.array(parsed(zod, zod.string(), parseEgressRule)).max(
      MAX_EGRESS_RULES,
      `Give at most ${MAX_EGRESS_RULES} destinations; use networks instead`,
    );
    return zod.union([
      zod.enum(EGRESS_KINDS),
      rules.transform((rules) => ({ rules, isPublicOnly: false })),
    ], { error: `Give one of ${EGRESS_KINDS.join(", ")}, or a list of destinations` });
  },
};

/** Permissions of Deno, which only `ddsrv.json` sets. */
export const permissions: Kind<SomePermissions> = {
  placeholder: "permissions",
  parse: refuseText,
  write: (value) => value,
  schema(zod) {
    const item = zod.string().regex(
      /^[^,\0]+$/,
      "An item can't be empty or contain a comma or NUL",
    );
    const permission = zod.union([zod.boolean(), zod.array(item)], {
      error: "Give true, false, or a list of what is permitted",
    });
    return zod.union([
      zod.literal("all"),
      zod.strictObject(
        Object.fromEntries(PERMISSION_KINDS.map((kind) => [kind, permission.optional()])),
      ),
    ], { error: `Give "all", or any of ${PERMISSION_KINDS.join(", ")}` });
  },
};

/** Maximum number of hosts in one list; a manifest is not trusted. */
const MAX_HOSTS = 1_000;

/** Hosts that functions may have as domains of their own, and patterns of such hosts. */
export const hostPatterns: Kind<readonly HostPattern[]> = {
  ...list(text("host", parseHostPattern)),
  schema: (zod) =>
    zod.array(parsed(zod, zod.string(), parseHostPattern))
      .max(MAX_HOSTS, `Give at most ${MAX_HOSTS} hosts`),
};

/** Environment variables for functions, which only `ddsrv.json` sets as they stand. */
export const variables: Kind<Readonly<Record<string, string>>> = {
  placeholder: "variables",
  parse: refuseText,
  write: (value) => value,
  schema: (zod) =>
    zod.record(
      zod.string().regex(/^[^=\0]+$/, "A variable's name can't be empty or contain = or NUL"),
      zod.string().refine((value) => !value.includes("\0"), "A variable's value can't contain NUL"),
    ),
};

/** Names of a function's folder that it may write. */
export const writableNames: Kind<readonly string[]> = {
  placeholder: "names",
  parse: refuseText,
  write: (value) => value,
  schema: (zod) =>
    zod.array(parsed(zod, zod.string(), parseWritableName)).superRefine((names, context) => {
      const message = writableNamesProblem(names);
      if (message !== undefined) context.addIssue({ code: "custom", message });
    }),
};

/** Files of a function's folder whose change reloads it: patterns, or `all`. */
export const watchPatterns: Kind<readonly string[]> = {
  placeholder: "patterns",
  parse: refuseText,
  write: (value) => value,
  schema: (zod) =>
    zod.union([
      zod.literal("all").transform(() => ["**"]),
      zod.array(parsed(zod, zod.string(), parseWatchPattern))
        .max(MAX_WATCH_PATTERNS, `Give at most ${MAX_WATCH_PATTERNS} patterns`),
    ], { error: 'Give "all", or a list of patterns such as templates/**' }),
};

/** Parser of a kind that has no notation as text, only one in `ddsrv.json`. */
export function refuseText(): never {
  throw new SyntaxError("Set it in ddsrv.json");
}
