import { type Command, Option } from "@commander-js/extra-typings";
import { parseDuration } from "../../lib/config/duration.ts";
import { MAX_DEBUG_MS } from "../../lib/control/debug_protocol.ts";
import type { OnExit } from "../exit_code.ts";
import { argument } from "./argument.ts";
import { withExamples } from "./examples.ts";
import { parsePort } from "./numbers.ts";
import { socketOption } from "./options.ts";

/** Declares `ddsrv debug`. */
export function addDebug(program: Command, onExit: OnExit): void {
  const debugging = program.command("debug")
    .description(
      "debug a function with Chrome or VS Code, beside the instance that serves\n\n" +
        "Starts one more instance of the present code with an inspector, and listens for " +
        "debuggers on 127.0.0.1. Only requests with a secret field reach it, which ddsrv " +
        "prints; the others are served as before. The session ends with this command, or " +
        "when its time is over.",
    )
    .summary("debug a function beside the instance that serves")
    .argument("<name>", "name of the function")
    .addOption(
      new Option("--port <port>", "listen for debuggers on this port, or the next free one")
        .argParser(parsePort).default(9229),
    )
    .option("--break", "wait for a debugger, and stop just before the first line")
    .addOption(
      new Option("--for <duration>", "end the session after this time, at most 24h")
        .argParser(argument(parseLength)).default(60 * 60 * 1000, "1h"),
    )
    .addOption(socketOption)
    .action(async (name, options) => {
      const { debug } = await import("../commands/debug.ts");
      onExit(await debug(name, options));
    });
  withExamples(debugging, [
    ["ddsrv debug shop", "Attach with chrome://inspect, and send a request with the secret"],
    ["ddsrv debug shop --break", "Debug code that runs when the function starts"],
    ["ssh -t -L 9229:127.0.0.1:9229 server ddsrv debug shop", "Debug it from another machine"],
  ]);
}

function parseLength(text: string): number {
  const ms = parseDuration(text);
  if (ms >= 1_000 && ms <= MAX_DEBUG_MS) return ms;
  throw new RangeError("Give a duration from 1s to 24h, such as 30m or 2h");
}
