// Runs ddsrv with an injected fault: it is killed, as by `kill -9`, at one of its effects. Each
// function of Deno is an effect unless it is known to be harmless, so new functions count too.
import { parseMoment } from "./fault_moment.ts";

/** Functions without an effect that outlives the process. */
const HARMLESS = [
  ...["addSignalListener", "removeSignalListener", "refTimer", "unrefTimer", "exit", "inspect"],
  ...["connect", "cwd", "execPath", "uid", "gid", "umask", "memoryUsage", "watchFs", "readDir"],
  ...["stat", "statSync", "lstat", "lstatSync", "realPath", "readTextFile", "readTextFileSync"],
  ...["readLink", "readLinkSync", "readDirSync", "systemMemoryInfo", "dlopen"],
];

const { from, index, timing } = parseMoment(Deno.env.get("DDSRV_FAULT") ?? "");
const killProcess = Deno.kill;
let isCounting = from === "start";
let count = 0;

function die(): void {
  killProcess(Deno.pid, "SIGKILL");
}

/** Counts an effect and performs it; dies if it is the chosen one. */
function pass<T>(effect: string, act: () => T): T {
  if (!isCounting) return act();
  count++;
  say(`${count} ${effect}`);
  if (count === index && timing === "before") die();
  const result = act();
  if (count === index && timing === 0) die();
  // By a timer, so that the work in progress continues until then.
  if (count === index && timing !== "before") setTimeout(die, timing);
  return result;
}

/** Writes a whole line at once, even if the process is killed directly after. */
function say(text: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`fault: ${text}\n`));
}

type AnyFunction = (...args: unknown[]) => unknown;

function patchFunctions(): void {
  for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(Deno))) {
    if (typeof value !== "function" || /^[A-Z]/.test(name) || HARMLESS.includes(name)) continue;
    const original = value as AnyFunction;
    const patched: AnyFunction = (...args) =>
      pass(`${name} ${args.filter((one) => typeof one !== "object").join(" ")}`, () => {
        return original(...args);
      });
    Object.assign(Deno, { [name]: patched });
  }
}

function patchCommand(): void {
  const Original = Deno.Command;
  class Command extends Original {
    readonly #line: string;

    constructor(program: string, options: Deno.CommandOptions = {}) {
      super(program, options);
      this.#line = [program, ...options.args ?? []].join(" ").slice(0, 40).replaceAll("\n", " ");
    }

    override spawn(): Deno.ChildProcess {
      return pass(`spawn ${this.#line}`, () => super.spawn());
    }
  }
  Object.assign(Deno, { Command });
}

patchFunctions();
patchCommand();
Deno.addSignalListener("SIGUSR1", () => {
  say("counting");
  count = 0;
  isCounting = true;
});
await import("../../../cli/main.ts");
