const express = require("express");
const multer = require("multer");
const os = require("os");
const fs = require("fs");

const upload = multer({ dest: os.tmpdir() });
const app = express();
app.post("/upload", upload.single("file"), (request, response) => {
  const { originalname, mimetype, size, path } = request.file;
  const kept = fs.statSync(path).size === size;
  fs.unlinkSync(path);
  response.json({ title: request.body.title, originalname, mimetype, size, kept });
});
app.listen(3000);
