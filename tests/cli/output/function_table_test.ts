import { deepEqual, equal, ok } from "node:assert/strict";
import { stripVTControlCharacters } from "node:util";
import stringWidth from "fast-string-width";
import { REPORTED_STATUSES } from "../../../lib/control/api.ts";
import { formatFunctions } from "../../../cli/output/function_table.ts";
import { functionReport } from "../function_report.ts";
import { FUNCTION_REPORTS } from "./function_reports.ts";

const WIDE =
  `NAME        STATUS                URL                                       REVISION       PID  UPTIME    CPU   MEMORY  REQUESTS  ERRORS  RESTARTS  ISOLATION
checking    checking              http://127.0.0.1:9999/checking            0123456789ab     -       -      -        -         0       0         0  full
starting    starting              http://127.0.0.1:9999/starting            0123456789ab     7       -      -        -         0       0         0  full
ready       ready                 http://127.0.0.1:9999/ready               0123456789ab  4711    1h2m  26.8%  64.0MiB        12       3         0  full
just-ready  ready                 http://127.0.0.1:9999/just-ready          0123456789ab  4711      0s  15.0%  64.0MiB        12       0         0  full
函数        ready                 http://127.0.0.1:9999/%E5%87%BD%E6%95%B0  0123456789ab  4711    1m0s   1.0%  64.0MiB        12       0         0  full
update      ready, update failed  http://127.0.0.1:9999/update              0123456789ab  4711    1m0s   1.0%  64.0MiB        12       0         0  full
idle        idle                  http://127.0.0.1:9999/idle                0123456789ab     -       -      -        -        12       0         0  full
draining    draining              http://127.0.0.1:9999/draining            0123456789ab  4711    1m0s   1.0%  64.0MiB        12       0         0  full
hung        hung                  http://127.0.0.1:9999/hung                0123456789ab  4711    1m0s   1.0%  64.0MiB        12       0         1  full
backoff     backoff               http://127.0.0.1:9999/backoff             0123456789ab     -       -      -        -        12       0        12  full
failed      failed                http://127.0.0.1:9999/failed              0123456789ab     -       -      -        -        12       0         0  full
stopped     stopped               http://127.0.0.1:9999/stopped             0123456789ab     -       -      -        -        12       0         0  full
a\\x0ab      ignored               -                                         -                -       -      -        -         0       0         0  full
`;

const SIXTY = `NAME        STATUS                 MEMORY  REQUESTS  ERRORS
checking    checking                    -         0       0
starting    starting                    -         0       0
ready       ready                 64.0MiB        12       3
just-ready  ready                 64.0MiB        12       0
函数        ready                 64.0MiB        12       0
update      ready, update failed  64.0MiB        12       0
idle        idle                        -        12       0
draining    draining              64.0MiB        12       0
hung        hung                  64.0MiB        12       0
backoff     backoff                     -        12       0
failed      failed                      -        12       0
stopped     stopped                     -        12       0
a\\x0ab      ignored                     -         0       0
`;

const NOTES = `函数: "api.test" has no address
update: revision ba9876543210 failed: The check failed
hung: hung: Did not answer GET /healthz within 5 s three times in a row
backoff: backoff: It exited with code 7\\x1b[2J
failed: failed: The check failed
a\\x0ab: ignored: it has no index.ts
`;

const tables: readonly [width: number, table: string][] = [
  [Infinity, WIDE],
  [160, WIDE],
  [60, SIXTY],
];

for (const [width, table] of tables) {
  Deno.test(`formatFunctions: every status in ${width} columns`, () => {
    const text = formatFunctions(FUNCTION_REPORTS, { width });
    equal(stripVTControlCharacters(text), table + NOTES);
  });
}

Deno.test("formatFunctions() is tested with every status", () => {
  deepEqual(new Set(FUNCTION_REPORTS.map(({ status }) => status)), new Set(REPORTED_STATUSES));
});

Deno.test("formatFunctions() prints only titles without functions", () => {
  equal(formatFunctions([]).split("\n").length, 2);
});

Deno.test("formatFunctions() is never wider than the terminal", () => {
  for (let width = 1; width <= 160; width++) {
    const lines = formatFunctions(FUNCTION_REPORTS, { width }).split("\n");
    for (const line of lines.slice(0, FUNCTION_REPORTS.length + 1)) {
      ok(stringWidth(line) <= width, `${width}: ${line}`);
    }
  }
});

const colours: readonly [env: Readonly<Record<string, string>>, isColoured: boolean][] = [
  [{ FORCE_COLOR: "1" }, true],
  [{}, false],
  [{ NO_COLOR: "1" }, false],
];

for (const [env, isColoured] of colours) {
  Deno.test(`formatFunctions: to a pipe with ${JSON.stringify(env)}`, async () => {
    const text = await printElsewhere(env);
    equal(stripVTControlCharacters(text), SIXTY + NOTES);
    equal(text !== stripVTControlCharacters(text), isColoured);
    if (!isColoured) return;
    ok(text.includes("\x1b[32mready\x1b[39m, \x1b[31mupdate failed\x1b[39m  64.0MiB"), text);
    ok(text.includes(" \x1b[31m3\x1b[39m\n"), text);
  });
}

/** In a process of its own: what the environment says of colours holds for a whole process. */
async function printElsewhere(env: Readonly<Record<string, string>>): Promise<string> {
  const code = `
    import { formatFunctions } from "${
    import.meta.resolve("../../../cli/output/function_table.ts")
  }";
    import { FUNCTION_REPORTS } from "${import.meta.resolve("./function_reports.ts")}";
    const text = formatFunctions(FUNCTION_REPORTS, { width: 60 });
    Deno.stdout.writeSync(new TextEncoder().encode(text));`;
  const { PATH = "", HOME = "", DENO_DIR } = Deno.env.toObject();
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--quiet", "--ext=ts", code],
    clearEnv: true,
    env: { PATH, HOME, ...DENO_DIR !== undefined && { DENO_DIR }, ...env },
    stdin: "null",
  }).output();
  return new TextDecoder().decode(stdout);
}

Deno.test("formatFunctions() shows an update that waits and how to load it", () => {
  const report = functionReport({ name: "my shop", newerRevision: "fedcba987654" });
  const text = stripVTControlCharacters(formatFunctions([report]));
  ok(/^my shop +ready, update pending /m.test(text), text);
  ok(
    text.endsWith(
      "\nmy shop: revision fedcba987654 is not loaded (--no-watch). To load it: ddsrv reload 'my shop'\n",
    ),
    text,
  );
});
