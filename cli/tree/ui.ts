import { type Command, Option } from "@commander-js/extra-typings";
import type { OnExit } from "../exit_code.ts";
import { withExamples } from "./examples.ts";
import { parseAnyPort } from "./numbers.ts";
import { socketOption } from "./options.ts";

/** Declares `ddsrv ui`. */
export function addUi(program: Command, onExit: OnExit): void {
  const showing = program.command("ui")
    .description(
      "serve a page that shows the functions, for a browser on this computer\n\n" +
        "Prints a link that logs in once, and serves until Ctrl-C. The page shows status, requests, " +
        "latency, memory, CPU, logs and schedules.",
    )
    .summary("serve a page that shows the functions, for a browser")
    .addOption(new Option("--write", "let the page change functions").conflicts("link"))
    .addOption(
      new Option("--port <port>", "listen on this port of loopback; 0 chooses a free one")
        .argParser(parseAnyPort).default(0),
    )
    .addOption(new Option("--link", "print a link to the page on the admin port of serve"))
    .addOption(socketOption)
    .action(async (options) => {
      const { ui } = await import("../commands/ui.ts");
      onExit(await ui(options));
    });
  withExamples(showing, [
    ["sudo ddsrv ui", "Look at all functions in a browser"],
    ["sudo ddsrv ui --write", "Also reload, roll back, stop and start them there"],
    ["sudo ddsrv ui --link", "Log in to the page on the server's admin port"],
  ]);
}
