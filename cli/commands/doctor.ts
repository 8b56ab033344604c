import { styleText } from "node:util";
import process from "node:process";
import { defined } from "../../lib/config/defined.ts";
import type { IsolationLevel } from "../../lib/config/isolation_level.ts";
import type { Finding } from "../../lib/isolation/finding.ts";
import { examineHost } from "../../lib/isolation/host_probes.ts";
import { ExitCode } from "../exit_code.ts";
import { printJson, printOut } from "../output/print.ts";
import { findFunctionsDirectory } from "./find_functions_directory.ts";

/** Options of `ddsrv doctor`. */
export interface DoctorOptions {
  readonly isolation?: IsolationLevel | undefined;
  readonly json?: true | undefined;
}

const STYLES = { ok: "green", limited: "yellow", missing: "red" } as const;

/** Prints which layers of isolation the host supports; fails if the level is not available. */
export async function doctor(options: DoctorOptions): Promise<number> {
  // The host can be examined whatever the settings are.
  const found = await findFunctionsDirectory(Deno.env.toObject()).catch(() => undefined);
  const { functionsDirectory } = found ?? {};
  const findings = await examineHost(defined({ level: options.isolation, functionsDirectory }));
  if (options.json) printJson(findings);
  else printOut(findings.map(describeFinding).join(""));
  return findings.some(({ status }) => status === "missing") ? ExitCode.Failed : ExitCode.Done;
}

function describeFinding({ layer, status, detail, remedy }: Finding): string {
  const word = styleText(STYLES[status], status.padEnd(7), { stream: process.stdout });
  const hint = remedy === "" ? "" : `\n                   ${remedy}`;
  return `${word}  ${layer.padEnd(9)} ${detail}${hint}\n`;
}
