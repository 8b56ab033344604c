import { connectControl, type ControlClient } from "../../lib/control/control_client.ts";
import type { FunctionFilter } from "../output/function_filter.ts";
import { describeSource } from "../../lib/control/describe_source.ts";
import { formatFunctions } from "../output/function_table.ts";
import { printOut } from "../output/print.ts";
import { terminalSize } from "../output/terminal.ts";
import { makeVisible } from "../output/visible.ts";
import type { Listing } from "./list/listing.ts";

/** Options of `ddsrv list`. */
export interface ListOptions {
  readonly socket: string;
  readonly json?: true | undefined;
  readonly quiet?: true | undefined;
  /** Fills a template with a report. */
  readonly format?: ((report: Readonly<Record<string, unknown>>) => string) | undefined;
  readonly filter?: readonly FunctionFilter[] | undefined;
  readonly watch?: true | undefined;
}

/**
 * Prints the functions, once or until interrupted; returns the exit code. Completions run this at
 * each Tab, so its modules import nothing of Node's, whose modules take 10 to 40 ms to load.
 */
export async function list(options: ListOptions): Promise<number> {
  using control = connectControl(options.socket);
  const render = rendererOf(options);
  const read = (): Promise<Listing> => readListing(control, options);
  if (options.watch) {
    const { watchFunctions } = await import("./list/watch.ts");
    await watchFunctions({ read, render, isJson: options.json === true });
  } else {
    printOut(render(await read()));
  }
  return 0;
}

type Renderer = (listing: Listing) => string;

function rendererOf({ json, quiet, format, watch }: ListOptions): Renderer {
  // With --watch, each update is one line of JSON.
  if (json) return ({ functions }) => `${JSON.stringify(functions, null, watch ? 0 : 2)}\n`;
  if (quiet) {
    return ({ functions }) => functions.map(({ name }) => `${makeVisible(name)}\n`).join("");
  }
  if (format !== undefined) {
    return ({ functions }) => functions.map((one) => `${format({ ...one })}\n`).join("");
  }
  return ({ functions, source }) => {
    const width = terminalSize()?.columns;
    const table = formatFunctions(functions, width === undefined ? {} : { width });
    if (source === undefined) return table;
    return `${table}Source ${makeVisible(`${source.reference}: ${describeSource(source)}`)}\n`;
  };
}

async function readListing(
  control: ControlClient,
  { filter = [], json, quiet, format }: ListOptions,
): Promise<Listing> {
  const isTable = !json && !quiet && format === undefined;
  const [functions, supervisor] = await Promise.all([
    control.functions(),
    isTable ? control.supervisor() : undefined,
  ]);
  return {
    functions: functions.filter((one) => filter.every((isChosen) => isChosen(one))),
    source: supervisor?.source ?? undefined,
  };
}
