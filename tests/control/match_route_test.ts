import assert from "node:assert/strict";
import { matchRoute } from "../../lib/control/match_route.ts";
import { ROUTES } from "../../lib/control/api_routes.ts";

const table: readonly (readonly [string, string, string])[] = [
  ["GET", "/v1", "getSupervisor "],
  ["HEAD", "/v1/functions", "listFunctions "],
  ["GET", "/v1/functions/shop", "getFunction shop"],
  ["GET", "/v1/functions/a%2Fb%20c", "getFunction a/b c"],
  ["GET", "/v1/functions/%7Bname%7D", "getFunction {name}"],
  ["POST", "/v1/functions/shop/reload", "reloadFunction shop"],
  ["DELETE", "/v1/functions/shop", "GET, HEAD"],
  ["GET", "/v1/functions/shop/reload", "POST"],
  ["get", "/v1", "GET, HEAD"],
  ["GET", "/v1/", "unknown"],
  ["GET", "/v1/functions/", "unknown"],
  ["GET", "/v1/functions//reload", "unknown"],
  ["GET", "/v1/functions/shop/", "unknown"],
  ["GET", "/v1/functions/shop/reload/now", "unknown"],
  ["GET", "/v1/functions/%ff", "malformed"],
  ["GET", "/v2/functions", "outside"],
  ["GET", "/v1x", "outside"],
  ["GET", "http://localhost/v1", "outside"],
  ["GET", "*", "outside"],
];

for (const [method, path, expected] of table) {
  Deno.test(`matchRoute() of ${method} ${path}`, () => {
    const match = matchRoute(ROUTES, { method, path });
    const found = match.type === "found"
      ? `${match.route.operation} ${match.name}`
      : match.type === "otherMethod"
      ? match.allow.join(", ")
      : match.type;
    assert.equal(found, expected);
  });
}
