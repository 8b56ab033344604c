import assert from "node:assert/strict";
import { Command } from "@commander-js/extra-typings";
import { flagsOf, settingsOf } from "../../../cli/commands/serve/settings.ts";
import { settingOptions } from "../../../cli/tree/setting_options.ts";
import type { SomeSettings } from "../../../lib/config/settings.ts";

/** Settings that a command line of `serve` gives. */
function parse(...args: readonly string[]): SomeSettings {
  return settingsOf(options(args));
}

function options(args: readonly string[]): object {
  const command = new Command().exitOverride().configureOutput({ writeErr() {} });
  for (const option of settingOptions()) command.addOption(option);
  return command.parse(args, { from: "user" }).opts();
}

const cases: readonly [args: readonly string[], settings: SomeSettings][] = [
  [[], {}],
  [["-p", "0"], { port: 0 }],
  [["--port=8080", "--hostname", "::1"], { port: 8080, hostname: "::1" }],
  [["--no-logs", "--no-watch", "--no-check"], { saveLogs: false, watch: false, check: "graph" }],
  [["--check", "none"], { check: "none" }],
  [["--check", "types", "--no-check"], { check: "graph" }],
  [["-q", "--hide-errors", "--compat-reload"], {
    quiet: true,
    hideErrors: true,
    compatReload: true,
  }],
  [["--log-file-format", "docker", "--console-format", "json"], {
    logFormat: "docker",
    consoleFormat: "json",
  }],
  [["--idle", "never", "--drain", "45s"], { idleMs: Infinity, drainMs: 45_000 }],
  [["--max-body-size", "1MiB", "--max-fields", "9"], {
    limits: { maxBodyBytes: 1_048_576, maxFields: 9 },
  }],
  [["--domain", "A.test", "--domain", "b.test,c.test"], {
    domains: ["a.test", "b.test", "c.test"],
  }],
  [["--dns", "192.0.2.1"], { dns: ["192.0.2.1"] }],
  [["--egress", "none"], { egress: "none" }],
  [["--rate-limit", "5/s burst 9"], { rateLimit: { count: 5, periodMs: 1_000, burst: 9 } }],
  [["--logs-dir", "l", "--state-dir", "s"], { logsDirectory: "l", stateDirectory: "s" }],
  // Old names.
  [["--log-format", "json"], { consoleFormat: "json" }],
  [["--log-format", "json", "--console-format", "text"], { consoleFormat: "text" }],
  [["--registry", "a.test", "--registry", "b.test:81"], { registries: ["a.test", "b.test:81"] }],
  [["--registry", "b.test", "--registries", "a.test"], { registries: ["a.test", "b.test"] }],
];

for (const [args, settings] of cases) {
  Deno.test(`settingsOf() reads "${args.join(" ")}"`, () => {
    assert.deepEqual(parse(...args), settings);
  });
}

const flags: readonly [args: readonly string[], flags: readonly string[]][] = [
  [[], []],
  [["-p", "0", "--hostname=::1"], ["--hostname", "--port"]],
  [["--no-watch", "-q"], ["--no-watch", "--quiet"]],
  [["--domain", "a.test", "--domain", "b.test"], ["--domain"]],
  [["--max-fields", "9"], ["--max-fields"]],
];

for (const [args, expected] of flags) {
  Deno.test(`flagsOf() "${args.join(" ")}"`, () =>
    assert.deepEqual(flagsOf(options(args)), expected));
}

const wrong: readonly [args: readonly string[], message: RegExp][] = [
  [["--port", "x"], /"x" is not a whole number\. Give 0 to 65535\.$/],
  [["--idle", "0s"], /"0s" is out of bounds\. Give at least 1s, or never\.$/],
  [["--log-file-format", "xml"], /Allowed choices are cri, docker\.$/],
  [["--log-format", "xml"], /Allowed choices are text, json\.$/],
  [["--check", "all"], /Allowed choices are types, graph, none\.$/],
  [["--dns", "fe80::1%eth0"], /"fe80::1%eth0" is not an IP address\.$/],
  [["--hostname", "fe80::1%eth0"], /has the zone of an interface, which ddsrv does not support/],
  [["--hostname", "[::]"], /"\[::\]" has brackets, which only URLs need\. Give ::\.$/],
  [["--domain", "a.test,*.b"], /"\*\.b" is not a domain/],
  [["--domain", ""], /"" names nothing/],
  [["--domain", ","], /"," names nothing/],
  [
    ["--trusted-proxies", "10.0.0.0/8,"],
    /"10\.0\.0\.0\/8," has an empty value\. Remove the extra comma\.$/,
  ],
  [["--admin-hosts", "a, ,b"], /"a, ,b" has an empty value/],
  [["--registry", ",a.test"], /",a\.test" has an empty value/],
  [["--registry", "https://a/"], /is not a host/],
];

for (const [args, message] of wrong) {
  Deno.test(`settingOptions() refuse "${args.join(" ")}"`, () => {
    assert.throws(() => parse(...args), { message });
  });
}

Deno.test("settingOptions() hide old names", () => {
  const hidden = settingOptions().filter((option) => option.hidden).map((option) => option.long);
  assert.deepEqual(hidden, ["--log-format", "--no-check", "--registry"]);
});
