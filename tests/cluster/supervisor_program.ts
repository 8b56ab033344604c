import { fileURLToPath } from "node:url";
import { eventually } from "../patience.ts";

/** Program of the command line. */
export const MAIN = fileURLToPath(new URL("../../cli/main.ts", import.meta.url));

/** Asks a URL until it answers 200. */
export async function answersOk(url: string): Promise<void> {
  let last = "no answer";
  await eventually(`an answer 200 of ${url}`, async () => {
    try {
      const response = await fetch(url);
      last = `${response.status} ${await response.text()}`;
      return response.status === 200;
    } catch (error) {
      last = (error as Error).message;
      return false;
    }
  }, { now: () => last });
}
