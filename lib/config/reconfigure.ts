import { isDeepStrictEqual } from "node:util";
import { LIMIT_SETTINGS } from "./limit_settings.ts";
import type { Limits } from "./limits.ts";
import type { Origins } from "./setting_origin.ts";
import { collectSome, fieldsOf, type Table } from "./table.ts";
import { type GivenSettings, SETTINGS, type Settings } from "./settings.ts";

/** Outcome of reading the settings again. */
export interface Reconfiguration {
  /** The settings that apply from now on. */
  readonly settings: Settings;
  /** Names of settings that have changed and that need a restart. */
  readonly postponed: readonly string[];
}

/** Applies the changes that a running supervisor can take up, those of live settings. */
export function reconfigure(before: Settings, after: Settings): Reconfiguration {
  const given = changesOf<GivenSettings>(SETTINGS, { before, after });
  const limits = changesOf<Limits>(LIMIT_SETTINGS, { before: before.limits, after: after.limits });
  return {
    settings: {
      ...before,
      ...collectSome<Settings, keyof GivenSettings>(given.live, (field) => after[field]),
      limits: {
        ...before.limits,
        ...collectSome<Limits, keyof Limits>(limits.live, (field) => after.limits[field]),
      },
      origins: originsAfter(given.postponedFields, { before, after }),
    },
    postponed: [...given.postponed, ...limits.postponed],
  };
}

interface Changes<Values> {
  readonly live: readonly (keyof Values)[];
  readonly postponed: readonly string[];
  readonly postponedFields: readonly PropertyKey[];
}

/** A value that stays keeps its origin; permissions apply immediately, one by one. */
function originsAfter(
  fields: readonly PropertyKey[],
  { before, after }: { readonly before: Settings; readonly after: Settings },
): Origins {
  const isKept = ([field]: readonly [string, unknown]): boolean => fields.includes(field);
  return Object.fromEntries([
    ...Object.entries(after.origins).filter((entry) => !isKept(entry)),
    ...Object.entries(before.origins).filter(isKept),
  ]);
}

function changesOf<Values>(
  table: Table<Values>,
  { before, after }: { readonly before: Values; readonly after: Values },
): Changes<Values> {
  const changed = fieldsOf(table).filter((field) =>
    !isDeepStrictEqual(before[field], after[field])
  );
  const isLive = (field: keyof Values): boolean => !table[field].needsRestart;
  const postponed = changed.filter((field) => !isLive(field));
  return {
    live: changed.filter(isLive),
    postponed: postponed.map((field) => table[field].name),
    postponedFields: postponed,
  };
}
