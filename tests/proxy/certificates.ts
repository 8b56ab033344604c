import type { KeyPair } from "../../lib/proxy/tls/terminator.ts";

const DIRECTORY = new URL("../fixtures/tls/", import.meta.url).pathname;

/** A certificate for `localhost`, good for nothing but tests. */
export interface TestPair extends KeyPair {
  /** The authority that has signed it, and nothing else; its key is gone. */
  readonly authority: string;
}

/** Two pairs that a client tells apart by the authority that it trusts. */
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
