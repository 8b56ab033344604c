import assert from "node:assert/strict";
import { parseEnvironment } from "../../lib/config/environment.ts";
import type { Settings } from "../../lib/config/settings.ts";

const cases: readonly [Readonly<Record<string, string>>, Partial<Settings>][] = [
  [{}, {}],
  [{ HOME: "/root", SHELL: "/bin/sh" }, {}],
  [{ SERVICE_PORT: "8080" }, { port: 8080 }],
  [{ PORT: "0" }, { port: 0 }],
  [{ SERVICE_PORT: "1", PORT: "2" }, { port: 1 }],
  [{ SERVER_PORT: "3000" }, { preferredPort: 3000 }],
  [{ FUNC_DIRECTORY: "/f", LOGS_DIRECTORY: "/l" }, {
    functionsDirectory: "/f",
    logsDirectory: "/l",
  }],
  [{ ENABLE_LOGS: "true" }, { saveLogs: true }],
  [{ SAVE_LOGS: "No" }, { saveLogs: false }],
  [{ ENABLE_LOGS: "1", SAVE_LOGS: "0" }, { saveLogs: true }],
  [{ LOG_FORMAT: "docker" }, { logFormat: "docker" }],
  [{ DDSRV_LOG_MAX_SIZE: "1MiB", DDSRV_LOG_MAX_FILES: "3" }, {
    logMaxBytes: 1_048_576,
    logMaxFiles: 3,
  }],
  [{ CHECK_CODE: "FALSE", QUIET: "yes" }, { check: "graph", quiet: true }],
  [{ CHECK_CODE: "true" }, { check: "auto" }],
  [{ CHECK_CODE: "none" }, { check: "none" }],
  [{ HEALTH_CHECK_ATTEMPTS: "12" }, { healthAttempts: 12 }],
  [{ DISABLE_HEALTH_CHECKS: "true", HEALTH_CHECK_ATTEMPTS: "5" }, { healthAttempts: 0 }],
  [{ DISABLE_HEALTH_CHECKS: "false", HEALTH_CHECK_ATTEMPTS: "2" }, { healthAttempts: 2 }],
  [{ DDSRV_COMPAT_RELOAD: "1" }, { compatReload: true }],
  [{ DEBUG: "*" }, { debug: true }],
  [{ DEBUG: "0" }, { debug: false }],
  [{ BASE_PORT: "8001", MAX_PORT: "9000" }, {}],
  [{ WATCH_FILES: "false" }, { watch: false }],
  [{ WATCH_FILES: "true" }, { watch: true }],
  [{ DDSRV_HEALTH_INTERVAL: "30s" }, { healthIntervalMs: 30_000 }],
  [{ DDSRV_HEALTH_INTERVAL: "never" }, { healthIntervalMs: Infinity }],
  [{ DDSRV_HANG_TIMEOUT: "5m" }, { hangTimeoutMs: 300_000 }],
  [{ DDSRV_STOP_GRACE: "2500ms" }, { stopGraceMs: 2_500 }],
  [{ DDSRV_START_TIMEOUT: "2m" }, { startTimeoutMs: 120_000 }],
  // An empty variable counts as unset.
  [{ QUIET: "", PORT: "", FUNC_DIRECTORY: "" }, {}],
  [{ SERVICE_PORT: "", PORT: "80" }, { port: 80 }],
  [{ DDSRV_CONSOLE_FORMAT: "json" }, { consoleFormat: "json" }],
  [{ DDSRV_LOG_FORMAT: "json" }, { consoleFormat: "json" }],
  [{ DDSRV_CONSOLE_FORMAT: "text", DDSRV_LOG_FORMAT: "json" }, { consoleFormat: "text" }],
  [{ DDSRV_SOCKET: "/s", DDSRV_STATE_DIRECTORY: "/d" }, { socket: "/s", stateDirectory: "/d" }],
  [{ ENV_JSON: '{"A":"x","N":1,"B":true}' }, { env: { A: "x", N: "1", B: "true" } }],
  [{ SERVER_ENVIRONMENT: '{"A":"s"}', ENV_JSON: '{"A":"e"}' }, { env: { A: "s" } }],
  [{ ENV_JSON: "{}" }, {}],
  [{ PUBLIC_DENO_A: "p", PUBLIC_DENO_: "x", public_deno_B: "x" }, { env: { A: "p" } }],
  [{ PUBLIC_DENO_A: "p", PUBLIC_DENO_B: "p", ENV_JSON: '{"A":"j"}' }, { env: { A: "j", B: "p" } }],
];

for (const [environment, settings] of cases) {
  Deno.test(`parseEnvironment() reads ${JSON.stringify(environment)}`, () => {
    const { names: _, used: _used, ...parsed } = parseEnvironment(environment);
    assert.deepEqual(parsed, { settings, warnings: [] });
  });
}

const ENV_JSON_WARNING = "Unable to parse ENV_JSON env. This should be a stringified JSON object.";

const warnings: readonly [Readonly<Record<string, string>>, string][] = [
  [{ PORT: "65536" }, 'PORT: "65536" is out of bounds. Give 0 to 65535'],
  [{ PORT: "-1" }, 'PORT: "-1" is not a whole number. Give 0 to 65535'],
  [{ SERVICE_PORT: "0x50" }, 'SERVICE_PORT: "0x50" is not a whole number. Give 0 to 65535'],
  [{ ENV_JSON: '{"A=B":"x"}' }, 'ENV_JSON: "A=B" can\'t be the name of a variable'],
  [{ ENV_JSON: '{"A":"\\u0000"}' }, 'ENV_JSON: the value of "A" holds a NUL'],
  [{ SERVER_PORT: "0" }, 'SERVER_PORT: "0" is out of bounds. Give 1 to 65535'],
  [
    { HEALTH_CHECK_ATTEMPTS: "-1" },
    'HEALTH_CHECK_ATTEMPTS: "-1" is not a whole number. Give 0 to 1000',
  ],
  [{ QUIET: "maybe" }, 'QUIET: "maybe" is neither true nor false'],
  [{ LOG_FORMAT: "json" }, 'LOG_FORMAT: "json" is not one of the choices. Give cri or docker'],
  [{ ENV_JSON: "{" }, ENV_JSON_WARNING],
  [{ ENV_JSON: "[1]" }, ENV_JSON_WARNING],
  [{ ENV_JSON: "null" }, ENV_JSON_WARNING],
  [{ SERVER_ENVIRONMENT: '"text"' }, ENV_JSON_WARNING],
];

for (const [environment, warning] of warnings) {
  Deno.test(`parseEnvironment() ignores ${JSON.stringify(environment)} and warns`, () => {
    const others = { DDSRV_SOCKET: "/s" };
    const { names: _, used: _used, ...parsed } = parseEnvironment({ ...environment, ...others });
    assert.deepEqual(parsed, {
      settings: { socket: "/s" },
      warnings: [warning],
    });
  });
}

const used: readonly [Readonly<Record<string, string>>, readonly string[]][] = [
  [{ HOME: "/root" }, []],
  [{ PORT: "1", SERVICE_PORT: "2", LOG_FORMAT: "" }, ["SERVICE_PORT"]],
  [{ PORT: "x", QUIET: "true" }, ["QUIET"]],
  [{ PUBLIC_DENO_B: "", PUBLIC_DENO_: "x", ENV_JSON: "{}" }, ["ENV_JSON", "PUBLIC_DENO_B"]],
  [{ SERVER_ENVIRONMENT: "{}", ENV_JSON: "{}" }, ["SERVER_ENVIRONMENT"]],
];

for (const [environment, names] of used) {
  Deno.test(`parseEnvironment() names what it uses of ${JSON.stringify(environment)}`, () => {
    assert.deepEqual(parseEnvironment(environment).used, names);
  });
}
