import { fileURLToPath } from "node:url";

/** Program of the command line. */
export const MAIN = fileURLToPath(new URL("../../cli/main.ts", import.meta.url));

/** Asks a URL until it answers 200, at most once in 100 ms. */
export async function readyWithin(seconds: number, url: string): Promise<void> {
  const signal = AbortSignal.timeout(seconds * 1_000);
  let last = "no answer";
  while (!signal.aborted) {
    try {
      const response = await fetch(url, { signal });
      last = `${response.status} ${await response.text()}`;
      if (response.status === 200) return;
    } catch (error) {
      last = (error as Error).message;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${url} does not answer 200 within ${seconds} s: ${last}`);
}
