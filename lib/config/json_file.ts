import {
  findNodeAtLocation,
  getNodeValue,
  type Node,
  type ParseError,
  parseTree,
  printParseErrorCode,
} from "jsonc-parser";
import { z } from "zod";
import { nearest } from "./suggestion.ts";

/** A file that does not say what it should; the message begins with file, line and column. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

/** What to read and by which rules. */
export interface JsonFile<Schema extends z.ZodObject> {
  /** Named in messages. */
  readonly path: string;
  /** JSON with comments and trailing commas. */
  readonly text: string;
  readonly schema: Schema;
}

/**
 * The value of a settings file, checked against its schema.
 *
 * @throws {ConfigError} naming every fault with its line and column
 */
export function parseJsonFile<Schema extends z.ZodObject>(
  file: JsonFile<Schema>,
): z.output<Schema> {
  const errors: ParseError[] = [];
  const root = parseTree(file.text.replace(/^\ufeff/, " "), errors, { allowTrailingComma: true });
  const [error] = errors;
  if (error !== undefined || root === undefined) {
    const what = error === undefined ? "ValueExpected" : printParseErrorCode(error.error);
    throw fault(file, error?.offset ?? 0, `is not JSON (${spaced(what)})`);
  }
  const odd = findPrototypeKey(root);
  if (odd !== undefined) {
    throw fault(file, odd.offset, 'has the key "__proto__", which none may have');
  }
  const result = file.schema.safeParse(getNodeValue(root));
  if (result.success) return result.data;
  const faults = result.error.issues.flatMap((issue) => issueFaults(file, root, issue));
  throw new ConfigError(faults.map((one) => one.message).join("\n"), { cause: result.error });
}

/** A key that JavaScript takes for something else, and would drop without a word. */
function findPrototypeKey(node: Node): Node | undefined {
  if (node.type === "property" && node.children?.[0]?.value === "__proto__") return node;
  for (const child of node.children ?? []) {
    const found = findPrototypeKey(child);
    if (found !== undefined) return found;
  }
  return undefined;
}

function issueFaults<Schema extends z.ZodObject>(
  file: JsonFile<Schema>,
  root: Node,
  issue: z.core.$ZodIssue,
): ConfigError[] {
  const path = issue.path.map((key) => typeof key === "symbol" ? String(key) : key);
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => {
      const node = findNodeAtLocation(root, [...path, key]);
      const meant = nearest(key, keysAt(file.schema, path));
      const hint = meant === undefined ? "" : `. Did you mean "${meant}"?`;
      return fault(file, node?.parent?.offset ?? 0, `has the unknown key "${key}"${hint}`);
    });
  }
  if (issue.code === "invalid_union") {
    // Where one of the kinds was meant, its own issues say more than that none fits.
    const meant = issue.errors.find((issues) => issues.every(isBelow));
    if (meant !== undefined) {
      return meant.flatMap((one) =>
        issueFaults(file, root, { ...one, path: [...issue.path, ...one.path] })
      );
    }
  }
  const node = findNodeAtLocation(root, path);
  const where = path.length === 0 ? "" : ` in "${path.join(".")}"`;
  // What is wrong with a record's key, its own issues say.
  const { message } = issue.code === "invalid_key" ? issue.issues[0] ?? issue : issue;
  return [fault(file, node?.offset ?? 0, `is not valid${where}: ${message}`)];
}

/** Whether an issue is with a part of the value, or its size, and not with its kind. */
function isBelow({ path, code }: z.core.$ZodIssue): boolean {
  return path.length > 0 || code !== "invalid_type" && code !== "invalid_value";
}

/** The keys that a value at that place may have. */
function keysAt(schema: unknown, path: readonly (string | number)[]): string[] {
  if (schema instanceof z.ZodOptional) return keysAt(schema.unwrap(), path);
  if (schema instanceof z.ZodUnion) return schema.options.flatMap((one) => keysAt(one, path));
  if (!(schema instanceof z.ZodObject)) return [];
  const [first, ...rest] = path;
  return first === undefined ? Object.keys(schema.shape) : keysAt(schema.shape[first], rest);
}

function fault<Schema extends z.ZodObject>(
  file: JsonFile<Schema>,
  offset: number,
  message: string,
): ConfigError {
  const before = file.text.slice(0, offset).split("\n");
  return new ConfigError(`${file.path}:${before.length}:${before.at(-1)!.length + 1} ${message}`);
}

function spaced(code: string): string {
  return code.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`).trim();
}
