import express from "express";
import { join } from "node:path";

const here = import.meta.dirname;
const app = express();
app.set("view engine", "ejs");
app.set("views", join(here, "views"));
app.use("/public", express.static(join(here, "public"), { maxAge: "1h" }));
app.get("/", (request, response) => response.render("index.ejs", { items: ["<one>", "two"] }));
app.listen(3000);
