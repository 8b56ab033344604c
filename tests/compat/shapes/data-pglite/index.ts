import { PGlite } from "npm:@electric-sql/pglite@0.2.15";

const database = new PGlite();
await database.exec("CREATE TABLE t (n int); INSERT INTO t SELECT generate_series(1, 10)");

Deno.serve(async () => {
  const { rows } = await database.query("SELECT sum(n)::int AS sum FROM t");
  return Response.json(rows[0]);
});
