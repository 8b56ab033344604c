// Runs ddsrv on several hosts, which are network namespaces, inside network, mount and process
// namespaces of its own. Prints figures of each act.
import { fileURLToPath } from "node:url";
import { type Act, ACTS, isAct } from "./acts.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

async function main(args: readonly string[]): Promise<number> {
  const unknown = args.find((arg) => !isAct(arg));
  if (unknown !== undefined) {
    say(`"${unknown}" is not an act. Choose from ${Object.keys(ACTS).join(", ")}`);
    return 2;
  }
  const chosen = args.length === 0 ? Object.keys(ACTS).filter(isAct) : args.filter(isAct);
  const missing = await findMissing(chosen);
  for (const [path, name] of missing) say(`It needs ${path}. Install it: apt-get install ${name}`);
  if (missing.length > 0) return 1;
  let failed = 0;
  for (const act of chosen) {
    say(`== ${act}: ${ACTS[act].summary}`);
    const { code } = await new Deno.Command("unshare", {
      args: ["--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]
        .concat("--propagation", "private", Deno.execPath(), "run", "--quiet", "--allow-all")
        .concat(ACTS[act].program),
      cwd: ROOT,
      stdin: "null",
    }).spawn().status;
    if (code !== 0) failed++;
  }
  say(`${chosen.length - failed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

async function findMissing(chosen: readonly Act[]): Promise<[path: string, name: string][]> {
  const needed = new Map(chosen.flatMap((act) => Object.entries(ACTS[act].needs)));
  const missing: [string, string][] = [];
  for (const [path, name] of needed) {
    if (await Deno.stat(path).catch(() => undefined) === undefined) missing.push([path, name]);
  }
  return missing;
}

function say(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

Deno.exit(await main(Deno.args));
