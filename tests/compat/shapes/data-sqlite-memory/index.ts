import { DatabaseSync } from "node:sqlite";

const database = new DatabaseSync(":memory:");
database.exec("CREATE TABLE t (n INTEGER); INSERT INTO t VALUES (1), (2), (3)");

Deno.serve(() => Response.json(database.prepare("SELECT sum(n) AS sum FROM t").get()));
