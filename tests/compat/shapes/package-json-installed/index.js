import express from "express";

const app = express();
app.get("/", (request, response) => response.send("from node_modules"));
app.listen(3000);
