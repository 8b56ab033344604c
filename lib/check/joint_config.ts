import { parseLenientJson } from "../function/lenient_json.ts";

/** Keys of `deno.json` that do not concern checks. */
const OTHER_KEYS = [
  "name",
  "version",
  "license",
  "exports",
  "tasks",
  "fmt",
  "lint",
  "test",
  "bench",
];

/** Compiler options that hold for each module alone. */
const COMPILER_OPTIONS =
  /^(?:strict\w*|no[A-Z]\w*|exactOptionalPropertyTypes|useUnknownInCatchVariables|allow\w+Code|lib)$/;

/** Texts of the configuration files in the functions directory; `undefined` for a missing one. */
export interface CommonConfig {
  readonly denoJson: string | undefined;
  readonly importMap: string | undefined;
}

/**
 * Returns true if functions without a configuration of their own can be checked in one program: the
 * operator's configuration names no package, no remote module and no part of the functions, so that
 * a check makes no lock file.
 *
 * @throws {ConfigError} when a text is too large to parse
 *
 * @example
 * ```ts
 * import { allowsJointChecks } from "./joint_config.ts";
 * allowsJointChecks({ denoJson: '{"imports":{"ms":"npm:ms@2"}}', importMap: undefined }); // false
 * ```
 */
export function allowsJointChecks({ denoJson, importMap }: CommonConfig): boolean {
  const config = read(denoJson);
  const map = read(importMap);
  return config !== undefined && map !== undefined &&
    Object.entries(config).every(([key, value]) => isHarmless(key, value)) &&
    Object.entries(map).every(([key, value]) => isMapping(key) && namesLocal(value));
}

function isHarmless(key: string, value: unknown): boolean {
  if (OTHER_KEYS.includes(key)) return true;
  if (isMapping(key)) return namesLocal(value);
  return key === "compilerOptions" && isObject(value) &&
    Object.keys(value).every((option) => COMPILER_OPTIONS.test(option));
}

function isMapping(key: string): boolean {
  return key === "imports" || key === "scopes";
}

/** Returns true if all texts in a mapping are relative paths. */
function namesLocal(value: unknown): boolean {
  if (typeof value === "string") return /^\.{1,2}\//.test(value);
  return isObject(value) && Object.values(value).every(namesLocal);
}

function read(text: string | undefined): Readonly<Record<string, unknown>> | undefined {
  const value = text === undefined ? {} : parseLenientJson({ path: "", text });
  return isObject(value) ? value : undefined;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
