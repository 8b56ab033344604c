/** All places that variables of a function come from; later ones win. */
export const VARIABLE_SOURCES = [
  "settingsEnvFile",
  "settings",
  "dotEnv",
  "manifestEnvFile",
  "manifest",
  "set",
] as const;

/** One of them: `set` by the operator for this function, and the rest files and settings. */
export type VariableSource = typeof VARIABLE_SOURCES[number];

/** Variables that one source gives. */
export interface VariableLayer {
  readonly source: VariableSource;
  readonly env: Readonly<Record<string, string>>;
}

/** Where a variable's value comes from, and which sources name it in vain. */
export interface VariableOrigin {
  readonly name: string;
  readonly source: VariableSource;
  /** The last of them would win next. */
  readonly overrides: readonly VariableSource[];
}

/** The variables that layers come to; later ones win. */
export function mergeLayers(layers: readonly VariableLayer[]): Record<string, string> {
  return Object.fromEntries(layers.flatMap(({ env }) => Object.entries(env)));
}

/**
 * Where each variable comes from, sorted by name; no values.
 *
 * @example
 * ```ts
 * import { originsOf } from "./variable_layers.ts";
 * const layers = [{ source: "dotEnv", env: { A: "1" } }, { source: "set", env: { A: "2" } }] as const;
 * originsOf(layers); // [{ name: "A", source: "set", overrides: ["dotEnv"] }]
 * ```
 */
export function originsOf(layers: readonly VariableLayer[]): VariableOrigin[] {
  const sources = new Map<string, VariableSource[]>();
  for (const { source, env } of layers) {
    for (const name of Object.keys(env)) {
      sources.set(name, [...sources.get(name) ?? [], source]);
    }
  }
  return [...sources].map(([name, all]) => ({
    name,
    source: all.at(-1)!,
    overrides: all.slice(0, -1),
  })).sort((a, b) => a.name < b.name ? -1 : 1);
}
