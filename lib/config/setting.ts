import type { Kind } from "./kind.ts";

/**
 * A setting: everything that is said of it anywhere. Its name in camel case is its key in
 * `ddsrv.json`, in kebab case its flag, and in capitals behind `DDSRV_` its variable. The flag of a
 * boolean that is true by default is negative: `--no-watch` for `watch`. Only variables of
 * dynamic-deno-server, and those that existed under another name before, are listed.
 */
export interface Setting<Value> {
  readonly name: string;
  /**
   * Where it can be set, apart from variables; by default with a key and a flag. With `manifest`,
   * only a function's own file sets it, and no variable.
   */
  readonly setBy?: "key" | "flag" | "variable" | "manifest";
  /** A second flag of one letter. */
  readonly short?: string;
  /** Environment variables, if not the one of its name; the first one that is not empty wins. */
  readonly variables?: readonly string[];
  /** A further variable that, if true, sets one certain value. */
  readonly toggle?: Toggle<Value>;
  /** Old names that stay accepted, and that help leaves out. */
  readonly deprecated?: DeprecatedNames;
  readonly kind: Kind<Value>;
  readonly default: Value;
  /** The default in words, if the value does not say it. */
  readonly defaultText?: string;
  /** The default of a supervisor that does not run as root, in words. */
  readonly defaultWithoutRoot?: string;
  /** One line of at most 70 characters, without a full stop; of a boolean, what true does. */
  readonly summary: string;
  /** Further sentences, for the documentation. */
  readonly details?: string;
  /** SIGHUP does not change it in a supervisor that runs. */
  readonly needsRestart?: true;
  /** Effect of the key in a function's manifest; by default a manifest cannot have the key. */
  readonly manifest?: ManifestRule;
  /** Its key in a manifest, if that is not its name. */
  readonly manifestName?: string;
}

/** A variable that sets one certain value. */
export interface Toggle<Value> {
  readonly variable: string;
  readonly value: Value;
  readonly summary: string;
}

/** Old names of a setting. */
export interface DeprecatedNames {
  readonly keys?: readonly string[];
  /** In kebab case, without the hyphens in front; `no-NAME` takes no value and means `false`. */
  readonly flags?: readonly string[];
  readonly variables?: readonly string[];
}

/**
 * How the value of a manifest compares with that of the operator: it is not above it; it is part of
 * it; it replaces it; it holds beside it; or its parts are added to it.
 */
export type ManifestRule = "smaller" | "subset" | "replaces" | "separate" | "adds";

/** Returns the key that sets a setting in `ddsrv.json`. */
export function keyOf({ name, setBy = "key" }: Setting<unknown>): string | undefined {
  return setBy === "key" ? name : undefined;
}

/** Returns the key that sets a setting in a function's manifest; `undefined` if there is none. */
export function manifestKeyOf(
  { name, manifest, manifestName = name }: Setting<unknown>,
): string | undefined {
  return manifest === undefined ? undefined : manifestName;
}

/** Returns the flag that sets a setting, as help shows it: `--log-max-size`, `--no-watch`. */
export function flagOf(setting: Setting<unknown>): string | undefined {
  const { name, setBy = "flag" } = setting;
  if (setBy !== "flag") return undefined;
  const kebab = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  return `--${isNegative(setting) ? "no-" : ""}${kebab}`;
}

/** Returns true if the flag of a setting switches it off. */
export function isNegative({ kind, default: value }: Setting<unknown>): boolean {
  return kind.isSwitch === true && value === true;
}

/** Returns the variables that set a setting, without old names. */
export function variablesOf({ name, variables, setBy }: Setting<unknown>): readonly string[] {
  if (setBy === "manifest") return [];
  return variables ?? [`DDSRV_${name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`];
}

/** Returns the default of a setting in words; `undefined` if there is none. */
export function describeDefault(setting: Setting<unknown>): string | undefined {
  const { defaultText, defaultWithoutRoot, default: value, kind } = setting;
  if (defaultText !== undefined) return defaultText;
  const written = keyDefault(setting) ?? kind.write(value);
  if (written === undefined || Array.isArray(written) && written.length === 0) return undefined;
  const text = typeof written === "object" ? JSON.stringify(written) : String(written);
  return defaultWithoutRoot === undefined ? text : `${text}, or ${defaultWithoutRoot}`;
}

/** Returns the default as `ddsrv.json` would have it; `undefined` if a file cannot say it. */
export function keyDefault({ kind, default: value, defaultText }: Setting<unknown>): unknown {
  const written = defaultText === undefined ? kind.write(value) : undefined;
  const isEmpty = typeof written === "object" && Object.keys(written ?? {}).length === 0;
  return isEmpty ? undefined : written;
}

/** Returns the summary of a setting and its details as sentences. */
export function describeSetting({ summary, details }: Setting<unknown>): string {
  const sentence = `${summary.charAt(0).toUpperCase()}${summary.slice(1)}`;
  return details === undefined ? sentence : `${sentence}. ${details}`;
}
