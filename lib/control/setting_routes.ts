import { ConfigError } from "../config/json_file.ts";
import { settingsFor } from "../config/settings_for.ts";
import { readFunctionPolicy } from "../function/manifest.ts";
import { settingValues } from "../function/setting_values.ts";
import { UntrustedPathError } from "../system/trusted_path.ts";
import type { SettingReport } from "./api.ts";
import { failure, type Route, route } from "./route.ts";

/** Routes for the settings of single functions. */
export const SETTING_ROUTES: readonly Route[] = [
  route({
    method: "GET",
    path: "/functions/{name}/settings",
    operation: "listSettings",
    summary: "List the settings that a function has now, and where each comes from",
    responseBody: "SettingReport[]",
    errors: {
      404: "There is no such function",
      409: "The manifest or an env file is not valid",
    },
    async handle({ name }, { supervisor, context }) {
      const directory = supervisor.functions.get(name)?.directory;
      if (directory === undefined) return failure(404, `There is no function "${name}"`);
      const settings = settingsFor(context.settings, name);
      try {
        const { policy, manifest } = await readFunctionPolicy(directory, settings);
        const values: readonly SettingReport[] = settingValues({ settings, manifest, policy });
        return { status: 200, body: values };
      } catch (error) {
        const isInvalid = error instanceof ConfigError || error instanceof UntrustedPathError;
        if (isInvalid) return failure(409, error.message);
        throw error;
      }
    },
  }),
];
