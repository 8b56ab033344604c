import type { FileNote } from "../generate/command_model.ts";

/** What `serve` reads and makes; first as root, then as anybody else. */
export const SERVE_FILES: readonly FileNote[] = [
  { path: "/opt/functions", purpose: "the functions directory, where none is named" },
  { path: "DIRECTORY/ddsrv.json", purpose: "settings of the server and every function's ceiling" },
  { path: "DIRECTORY/NAME/ddsrv.json", purpose: "a function's own, its manifest" },
  { path: "/run/ddsrv/ddsrv.sock", purpose: "the control socket" },
  { path: "/opt/logs", purpose: "log files" },
  { path: "/var/lib/ddsrv", purpose: "caches, kept revisions and functions' data" },
  {
    path: "$XDG_RUNTIME_DIR/ddsrv/ddsrv.sock",
    purpose: "the control socket without root; in /tmp/ddsrv-UID where the variable is not set",
  },
  { path: "~/.local/state/ddsrv", purpose: "all that is kept without root, log files too" },
];
