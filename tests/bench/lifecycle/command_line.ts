import { join } from "node:path";
import { launcherScript } from "../../../cli/launcher.ts";
import { TICK_MS } from "../../../lib/system/process_figures.ts";
import { answering, MAIN, startServer } from "../../e2e/support/harness.ts";
import { compare, type Row } from "./figure.ts";
import { durationOf, takeRounds } from "./rounds.ts";

const ROUNDS = 15;
const FUNCTIONS = 10;

const BARE = "bare deno run of an empty module";
const HELP = "ddsrv --help";
const LIST = "ddsrv ls";
const COMPLETE = "completion of a name, with bash";
const OTHER = "ddsrv inspect NAME";

/** Completes a name as a Tab does, in a new shell. The wait counts the CPU time of ddsrv too. */
const SCRIPT = `source "$1"
COMP_LINE='ddsrv reload f' COMP_POINT=14 COMP_WORDS=(ddsrv reload f) COMP_CWORD=2
_ddsrv ddsrv f reload
wait "$!"
[[ \${#COMPREPLY[@]} == ${FUNCTIONS} ]]`;

/** Measures commands as whole processes, compared to a bare `deno run` of an empty module. */
export async function measureCommandLine(): Promise<Row[]> {
  const names = Array.from({ length: FUNCTIONS }, (_, index) => `f${index}`);
  await using server = await startServer({
    isParking: true,
    files: Object.fromEntries(names.map((name) => [`${name}/index.ts`, answering(name)])),
  });
  for (const name of names) await server.said(`${name} ready`);
  const empty = join(server.directory, "empty.ts");
  await Deno.writeTextFile(empty, "");
  const target = { execPath: Deno.execPath(), main: MAIN };
  await Deno.writeTextFile(join(server.directory, "ddsrv"), launcherScript(target), {
    mode: 0o755,
  });
  const env = {
    DDSRV_SOCKET: server.socket,
    PATH: `${server.directory}:${Deno.env.get("PATH")}`,
    DENO_NO_UPDATE_CHECK: "1",
  };
  const cpuMs = new Map<string, number>();
  const run = (...command: readonly string[]) => async (): Promise<number> => {
    const [program = "", ...args] = command;
    const before = await readChildrenMs();
    const ms = await durationOf(async () => {
      const { success } = await new Deno.Command(program, {
        args,
        env,
        stdin: "null",
        stdout: "null",
      }).spawn().status;
      if (!success) throw new Error(`"${command.join(" ")}" failed`);
    });
    const key = command.join(" ");
    cpuMs.set(key, (cpuMs.get(key) ?? 0) + await readChildrenMs() - before);
    return ms;
  };
  const bash = new URL("../../../completions/ddsrv.bash", import.meta.url).pathname;
  const commands: Readonly<Record<string, readonly string[]>> = {
    [BARE]: [Deno.execPath(), "run", "--quiet", "--allow-all", empty],
    [HELP]: ["ddsrv", "--help"],
    [LIST]: ["ddsrv", "ls"],
    [COMPLETE]: ["bash", "--norc", "--noprofile", "-c", SCRIPT, "bash", bash],
    [OTHER]: ["ddsrv", "inspect", "f0"],
  };
  const taken = await takeRounds(
    Object.fromEntries(Object.entries(commands).map(([what, line]) => [what, run(...line)])),
    ROUNDS,
  );
  const cpuOf = (what: string): string =>
    `${(cpuMs.get(commands[what]!.join(" "))! / (ROUNDS + 1)).toFixed(0)} ms`;
  return compare(taken, { [HELP]: "60 ms", [LIST]: "75 ms", [COMPLETE]: "90 ms" })
    .map((figure) => ({ ...figure, note: `CPU ${cpuOf(figure.what)}, bare ${cpuOf(BARE)}` }));
}

/** Returns the CPU time of all children that have ended. Source: proc_pid_stat(5), fields 16, 17. */
async function readChildrenMs(): Promise<number> {
  const stat = await Deno.readTextFile("/proc/self/stat");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[13]) + Number(fields[14])) * TICK_MS;
}
