import assert from "node:assert/strict";
import { findRunTarget } from "../../lib/function/run_target.ts";
import { temporaryDirectory } from "../temporary_directory.ts";

const TASKS = {
  tasks: {
    migrate: "deno run -A ./db/migrate.ts",
    "db:seed": { command: "deno run --allow-net db/seed.ts" },
    build: "deno run a.ts && rm -rf /",
    all: { command: "deno run a.ts", dependencies: ["migrate"] },
    up: "deno run ../secret.ts",
    args: "deno run a.ts --force",
    constructor: 1,
  },
};

const SCRIPTS = { scripts: { seed: "node db/seed.ts", start: "vite", migrate: "deno run a.ts" } };

/** Words of the command line, and the file or the reason against it. */
const EXPECTED: readonly [name: string, expected: string | RegExp][] = [
  ["a.ts", "a.ts"],
  ["./db/../a.ts", /not a path in the function's folder/],
  ["db//migrate.ts", "db/migrate.ts"],
  ["good.ts", "good.ts"],
  ["migrate", "db/migrate.ts"],
  ["db:seed", "db/seed.ts"],
  ["seed", "db/seed.ts"],
  ["../secret.ts", /not a path in the function's folder/],
  ["/etc/passwd.ts", /not a path in the function's folder/],
  ["up", /not a path in the function's folder/],
  ["link.ts", /"link\.ts" leads out of the function's folder/],
  ["dir.ts", /"dir\.ts" is not a file/],
  ["pipe.ts", /"pipe\.ts" is not a file/],
  ["none.ts", /has no file "none\.ts"/],
  ["a\0.ts", /contains "\\u0000"/],
  ["build", /The task "build" of deno\.json uses shell syntax/],
  ["all", /has dependencies/],
  ["args", /passes arguments to the program/],
  ["start", /The task "start" of package\.json is not plain "deno run FILE"/],
  ["constructor", /neither a module nor a task/],
  ["toString", /neither a module nor a task/],
  ["db", /neither a module nor a task/],
  ["", /neither a module nor a task/],
  [`${"x".repeat(5_000)}.ts`, /is too long/],
];

Deno.test("findRunTarget() finds files and plain tasks of the folder, and nothing else", async () => {
  await using directory = await temporaryDirectory();
  const folder = directory.at("f");
  for (const file of ["f/a.ts", "f/db/migrate.ts", "f/db/seed.ts", "secret.ts", "f/dir.ts/x.ts"]) {
    await directory.write(file);
  }
  await directory.write("f/deno.json", JSON.stringify(TASKS));
  await directory.write("f/package.json", JSON.stringify(SCRIPTS));
  await new Deno.Command("mkfifo", { args: [directory.at("f/pipe.ts")] }).output();
  await Deno.symlink("../secret.ts", directory.at("f/link.ts"));
  await Deno.symlink("a.ts", directory.at("f/good.ts"));
  for (const [name, expected] of EXPECTED) {
    const target = await findRunTarget(folder, name);
    if (typeof expected === "string") {
      assert.deepEqual(target, { type: "file", file: expected }, name);
    } else {
      assert.equal(target.type, "refused", name);
      assert.match(target.type === "refused" ? target.reason : "", expected);
    }
  }
});
