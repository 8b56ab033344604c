import { API_PREFIX } from "./api.ts";
import type { Route } from "./route.ts";

/** Result of {@linkcode matchRoute}. */
export type RouteMatch =
  | { readonly type: "found"; readonly route: Route; readonly name: string }
  | { readonly type: "otherMethod"; readonly allow: readonly string[] }
  | { readonly type: "unknown" | "outside" | "malformed" };

/**
 * Finds the route of a request. `HEAD` matches wherever `GET` does (RFC 9110, section 9.1).
 * `outside` means that the path is not part of this version of the API.
 */
export function matchRoute(
  routes: readonly Route[],
  { method, path }: { readonly method: string; readonly path: string },
): RouteMatch {
  if (path !== API_PREFIX && !path.startsWith(`${API_PREFIX}/`)) return { type: "outside" };
  const parts = decodeParts(path.slice(API_PREFIX.length));
  if (parts === undefined) return { type: "malformed" };
  const matching = routes.flatMap((route) => {
    const name = matchParts(route.path.split("/"), parts);
    return name === undefined ? [] : [{ route, name }];
  });
  if (matching.length === 0) return { type: "unknown" };
  const wanted = method === "HEAD" ? "GET" : method;
  const found = matching.find(({ route }) => route.method === wanted);
  if (found !== undefined) return { type: "found", ...found };
  const allow = matching.flatMap(({ route }) =>
    route.method === "GET" ? ["GET", "HEAD"] : [route.method]
  );
  return { type: "otherMethod", allow };
}

function decodeParts(path: string): string[] | undefined {
  try {
    return path.split("/").map(decodeURIComponent);
  } catch {
    return undefined;
  }
}

/** Returns the value of `{name}`, or "" without one; `undefined` if the path does not match. */
function matchParts(template: readonly string[], parts: readonly string[]): string | undefined {
  if (template.length !== parts.length) return undefined;
  let name = "";
  for (const [index, part] of parts.entries()) {
    if (template[index] === "{name}" && part !== "") name = part;
    else if (template[index] !== part) return undefined;
  }
  return name;
}
