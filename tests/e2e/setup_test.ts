import { deepEqual, equal, match } from "node:assert/strict";
import { cp } from "node:fs/promises";
import { join } from "node:path";
import { makeDirectory } from "./support/harness.ts";

const ROOT = new URL("../..", import.meta.url).pathname;
const LAUNCHER = "/usr/local/bin/ddsrv";

Deno.test("setup keeps a command that runs another checkout, and says so", async () => {
  const directory = await makeDirectory();
  const [one, two] = [join(directory, "one"), join(directory, "two")];
  for (const checkout of [one, two]) {
    for (const name of ["cli", "lib", "deno.json", "deno.lock"]) {
      await cp(join(ROOT, name), join(checkout, name), { recursive: true });
    }
  }
  // In a mount namespace with its own /usr/local/bin.
  const script = `mount -t tmpfs none /usr/local/bin
    setup() { (cd "$1" && shift && "$DENO" run --quiet --allow-all cli/setup.ts "$@") 2>&1; echo "code:$?"; }
    runs() { sed -n 's/^exec .* \\(.*\\) "$@"$/runs:\\1/p' ${LAUNCHER}; }
    setup one --launcher; runs
    setup two --launcher; runs
    setup two --replace-launcher; runs
    mv two gone
    setup one --launcher; runs
    rm ${LAUNCHER}; echo mine > foreign; ln -s $PWD/foreign ${LAUNCHER}
    setup one --launcher; setup one --replace-launcher; cat foreign
    rm ${LAUNCHER}; mkdir bin; cp foreign bin/ddsrv; chmod +x bin/ddsrv
    PATH=$PATH:$PWD/bin
    setup one --launcher; ls /usr/local/bin | wc -l`;
  const { stdout } = await new Deno.Command("unshare", {
    args: ["--mount", "--propagation", "private", "sh", "-c", script],
    cwd: directory,
    env: { DENO: Deno.execPath() },
    stdin: "null",
  }).output();
  const lines = new TextDecoder().decode(stdout).split("\n").slice(0, -1);
  deepEqual(lines, [
    `Installed ${LAUNCHER}`,
    ...["code:0", `runs:'${one}/cli/main.ts'`],
    `${LAUNCHER} runs ${one}/cli/main.ts and was not changed. ` +
    "To make it run this checkout: deno task launcher",
    ...["code:0", `runs:'${one}/cli/main.ts'`],
    `Installed ${LAUNCHER}, which ran ${one}/cli/main.ts before`,
    ...["code:0", `runs:'${two}/cli/main.ts'`],
    `Installed ${LAUNCHER}, which ran ${two}/cli/main.ts before`,
    ...["code:0", `runs:'${one}/cli/main.ts'`],
    `The command ddsrv is ${LAUNCHER}, which this set-up did not create, and was not changed. ` +
    "To run this checkout: deno run --allow-all cli/main.ts",
    "code:0",
    `"${LAUNCHER}" exists and ddsrv did not create it. Move it away and try again.`,
    ...["code:1", "mine"],
    `The command ddsrv is ${directory}/bin/ddsrv, which this set-up did not create, and was not ` +
    "changed. To run this checkout: deno run --allow-all cli/main.ts",
    ...["code:0", "0"],
  ]);
  await Deno.remove(directory, { recursive: true });
});

Deno.test("setup: its tasks exist", async () => {
  const { tasks } = JSON.parse(await Deno.readTextFile(join(ROOT, "deno.json")));
  match(tasks.start.command, /cli\/setup\.ts --launcher && .*cli\/main\.ts serve examples$/);
  equal(tasks.launcher.command, "deno run --allow-all cli/setup.ts --replace-launcher");
});
