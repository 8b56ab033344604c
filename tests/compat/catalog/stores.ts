import type { ShapeGroup } from "../shape.ts";

const INDEX = ["run", "-A", "index.ts"];

/** The operator's entry for a function that may connect to the database. */
const DATABASE = { egress: ["neighbour.test:5432"] };

const DATABASE_SETTING = 'the operator\'s `"egress": ["HOST:5432"]` for this function';

/** Databases and files. */
export const STORES: ShapeGroup = {
  title: "Databases and files",
  shapes: [
    {
      name: "data-pg",
      title: "PostgreSQL in the operator's network, with pg",
      bare: ["run", "-A", "--env-file", "main.ts"],
      hasPostgres: true,
      setting: DATABASE_SETTING,
      operator: DATABASE,
      requests: [{ path: "/?name=ann", contains: '"answer":42' }],
    },
    {
      name: "data-drizzle",
      title: "PostgreSQL in the operator's network, with Drizzle and postgres.js",
      bare: INDEX,
      hasPostgres: true,
      setting: DATABASE_SETTING,
      operator: DATABASE,
      requests: [{ path: "/", contains: "ann" }],
    },
    {
      name: "data-pg-refused",
      title: "PostgreSQL in the operator's network, without the grant",
      bare: INDEX,
      hasPostgres: true,
      requests: [{ path: "/", contains: "connected" }],
      refused: {
        says: /egress|ECONNREFUSED|ETIMEDOUT/,
        why:
          "Functions reach the internet only, until the operator grants a host of a private network",
      },
    },
    {
      name: "data-pglite",
      title: "PGlite, PostgreSQL as WebAssembly",
      bare: INDEX,
      requests: [{ path: "/", contains: "55" }],
    },
    {
      name: "data-sqlite",
      title: "`node:sqlite` with `./app.db`",
      bare: INDEX,
      setting: '`"writable": ["app.db", "app.db-journal"]`',
      requests: [
        { path: "/", method: "POST", body: "a note", status: 204 },
        { path: "/", contains: "a note" },
      ],
    },
    {
      name: "data-sqlite-memory",
      title: "`node:sqlite` in memory",
      bare: INDEX,
      requests: [{ path: "/", contains: '"sum":6' }],
    },
    {
      name: "data-directory",
      title: "Files in the directory of `DDSRV_DATA`",
      bare: INDEX,
      requests: [{ path: "/a", contains: "/a" }],
    },
    {
      name: "data-read-only",
      title: "Files written to the folder itself",
      bare: INDEX,
      requests: [{ path: "/", contains: "started" }],
      refused: {
        says: /DDSRV_DATA|writable/,
        why: "The folder is read-only. Write below `DDSRV_DATA`, or name the files in `writable`",
      },
    },
  ],
};
