import type { KeyPair } from "../../lib/proxy/tls/terminator.ts";

const DIRECTORY = new URL("../fixtures/tls/", import.meta.url).pathname;

/** A certificate for `localhost`, for tests only. */
export interface TestPair extends KeyPair {
  /** The authority that signed this certificate only; its key is deleted. */
  readonly authority: string;
}

/** Two pairs, signed by different authorities. */
export const PAIRS: Readonly<Record<"one" | "two", TestPair>> = {
  one: readPair("one"),
  two: readPair("two"),
};

function readPair(name: string): TestPair {
  return {
    cert: read(`${name}.crt`),
    key: read(`${name}.key`),
    authority: read(`${name}-authority.crt`),
  };
}

function read(name: string): string {
  return Deno.readTextFileSync(DIRECTORY + name);
}
