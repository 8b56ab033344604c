// Runs the tutorial as it is written, on a laptop and a server in two network namespaces.
import { fileURLToPath } from "node:url";
import { eventually } from "../patience.ts";
import { readPage } from "../readme.ts";
import { openMachines } from "./machines.ts";
import { missingLine } from "./match_output.ts";
import { recordingOf, type Step, stepsOf } from "./steps.ts";

const PAGE = "docs/getting-started.md";
const PICTURE = new URL("../../docs/tutorial.svg", import.meta.url);

/** Error of a command: the block ends with it where the page shows that it fails. */
const FAILURE = /^ddsrv: /;

async function main(): Promise<number> {
  const steps = stepsOf(await readPage(PAGE));
  const directory = await Deno.makeTempDir({ prefix: "ddsrv-tutorial-" });
  let passed = 0;
  try {
    await using running = new AsyncDisposableStack();
    const machines = running.use(
      await openMachines({
        directory,
        main: fileURLToPath(new URL("../../cli/main.ts", import.meta.url)),
      }),
    );
    for (const step of steps) {
      say(title(step));
      if (step.script !== "") {
        const { code, output } = await machines.run(step);
        say(output);
        const mustFail = FAILURE.test(step.output.at(-1) ?? "");
        if ((code !== 0) !== mustFail) throw new Error(`exit code ${code}`);
        if (step.foreground === undefined) requireLines(step, output);
      }
      if (step.foreground !== undefined) {
        const child = running.use(machines.start(step.machine, step.foreground));
        await eventually(`the output of "${step.foreground}"`, () => {
          return Promise.resolve(missingLine(step.output, child.output()) === undefined);
        }, { now: child.output });
        say(child.output());
      }
      passed++;
    }
  } catch (error) {
    say(`failed: ${(error as Error).message}`);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
  const failed = steps.length - passed;
  say(`${passed} passed, ${failed} failed`);
  if (failed > 0 || passed === 0) return 1;
  if (Deno.args.includes("--write")) await Deno.writeTextFile(PICTURE, recordingOf(steps));
  return 0;
}

function say(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${text.trimEnd()}\n`));
}

function title({ machine, script, foreground = "" }: Step): string {
  return `--- ${machine}\n${script}${foreground}`;
}

function requireLines({ output: expected }: Step, output: string): void {
  const missing = missingLine(expected, output);
  if (missing !== undefined) throw new Error(`the output has no line like this one: ${missing}`);
}

Deno.exit(await main());
