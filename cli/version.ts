import config from "../deno.json" with { type: "json" };

/** Version of this ddsrv, from deno.json. */
export const version: string = config.version;
