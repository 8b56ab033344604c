/** How long each race runs: short within the suite, as `DDSRV_RACE_SECONDS` says elsewhere. */
export const RACE_MS = Number(Deno.env.get("DDSRV_RACE_SECONDS") ?? 2) * 1_000;
