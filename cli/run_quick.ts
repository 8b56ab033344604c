import { defaultSocket } from "../lib/config/default_socket.ts";
import { ExitCode } from "./exit_code.ts";
import { printJson, printOut } from "./output/print.ts";
import type { QuickCommand } from "./quick_command.ts";

/** Runs a command without the command tree; returns the exit code. */
export async function runQuick(command: QuickCommand): Promise<number> {
  switch (command.type) {
    case "help": {
      const { fitHelp } = await import("./output/fit_help.ts");
      const { default: help } = await import("./help.json", { with: { type: "json" } });
      const { terminalSize } = await import("./output/terminal.ts");
      printOut(fitHelp(help, terminalSize()?.columns ?? Infinity));
      return ExitCode.Done;
    }
    case "version": {
      if (command.isJson) {
        const { reportVersion } = await import("./version_report.ts");
        printJson(await reportVersion());
        return ExitCode.Done;
      }
      const { version } = await import("./version.ts");
      printOut(`${version}\n`);
      return ExitCode.Done;
    }
    case "list": {
      const { list } = await import("./commands/list.ts");
      const { socket = socketOf(Deno.env.toObject()), ...options } = command.options;
      return await list({ socket, ...options });
    }
    default:
      return command satisfies never;
  }
}

function socketOf(environment: Readonly<Record<string, string>>): string {
  return environment.DDSRV_SOCKET ?? defaultSocket(Deno.uid(), environment);
}
