import pg from "pg";

const pool = new pg.Pool({ connectionString: Deno.env.get("DATABASE_URL"), max: 2 });

Deno.serve(async (request) => {
  const name = new URL(request.url).searchParams.get("name");
  const { rows } = await pool.query("SELECT $1::text AS name, 40 + 2 AS answer", [name]);
  return Response.json(rows[0]);
});
