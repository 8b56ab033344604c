import { connectControl } from "../../lib/control/client.ts";
import { noSuchFunction } from "../exit_code.ts";
import { printJson, printOut } from "../output/print.ts";
import { formatTable } from "../output/table.ts";
import { makeVisible, makeVisibleLines } from "../output/visible.ts";

/** Options of `ddsrv inspect`. */
export interface InspectOptions {
  readonly socket: string;
  readonly json?: true | undefined;
}

/** Shows all there is about one function. */
export async function inspect(name: string, options: InspectOptions): Promise<number> {
  using control = connectControl(options.socket);
  const report = await control.find(name);
  if (report === undefined) {
    throw noSuchFunction(name);
  }
  if (options.json) printJson(report);
  else {
    const { detail, ...fields } = report;
    const rows = Object.entries(fields)
      .filter(([, value]) => value !== null && !(Array.isArray(value) && value.length === 0));
    const table = formatTable([
      { title: "FIELD", cell: ([key]: [string, unknown]) => key },
      { title: "VALUE", cell: ([, value]: [string, unknown]) => makeVisible(String(value)) },
    ], rows);
    printOut(detail === null ? table : `${table}\n${makeVisibleLines(detail)}\n`);
  }
  return 0;
}
