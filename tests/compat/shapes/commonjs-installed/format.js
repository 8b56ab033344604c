const ms = require("ms");

exports.format = (file, url) => `${file} ${url} ${ms("2s")}`;
