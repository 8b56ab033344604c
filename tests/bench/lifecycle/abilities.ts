import { jsonSchema } from "../../../lib/config/json_schema.ts";
import { SETTINGS } from "../../../lib/config/settings.ts";

/** Returns true if this ddsrv has a setting with this key. */
export function hasSetting(key: string): boolean {
  return key in SETTINGS;
}

/** Returns true if the `ddsrv.json` of a function may have this key. */
export function hasManifestKey(key: string): boolean {
  return key in (jsonSchema("function")["properties"] as object);
}
