// Runs within a sandbox: what functions do every day, by Deno, by node's modules, by programs and by
// native code. Prints one line for each that fails.
import childProcess from "node:child_process";
import crypto from "node:crypto";
import dgram from "node:dgram";
import dns from "node:dns";
import fs from "node:fs";
import net from "node:net";
import os from "node:os";
import { DatabaseSync } from "node:sqlite";
import { Worker as NodeWorker } from "node:worker_threads";
import zlib from "node:zlib";

const directory = Deno.makeTempDirSync();
const file = `${directory}/file`;
const socket = `${directory}/socket`;

/** A WebAssembly module with a growing memory and a function that adds. */
// deno-fmt-ignore
const ADDER = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 7, 1, 96, 2, 127, 127, 1, 127, 3, 2, 1, 0, 5, 3, 1, 0, 100,
  7, 7, 1, 3, 97, 100, 100, 0, 0, 10, 9, 1, 7, 0, 32, 0, 32, 1, 106, 11,
]);

/** Each returns a truthy value. */
const acts: Readonly<Record<string, () => unknown>> = {
  async "Deno's files"() {
    using open = await Deno.open(file, { create: true, read: true, write: true, mode: 0o640 });
    await open.write(new Uint8Array(9));
    await open.sync();
    await open.syncData();
    await open.lock(true);
    await open.unlock();
    await open.truncate(4);
    await open.utime(1, 1);
    await Deno.mkdir(`${directory}/a/b`, { recursive: true, mode: 0o700 });
    await Deno.chmod(file, 0o755);
    await Deno.rename(file, `${directory}/renamed`);
    await Deno.copyFile(`${directory}/renamed`, file);
    await Deno.symlink(file, `${directory}/link`);
    await Deno.link(file, `${directory}/hard`);
    await Deno.chown(file, Deno.uid(), Deno.gid());
    return (await Deno.readFile(file)).length === 4;
  },
  async "Deno.watchFs"() {
    using watcher = Deno.watchFs(directory);
    const writing = Deno.writeTextFile(`${directory}/watched`, "x");
    for await (const { kind } of watcher) {
      await writing;
      return kind;
    }
  },
  async "Deno.openKv"() {
    using kv = await Deno.openKv(`${directory}/kv`);
    await kv.set(["a"], 1);
    return (await kv.get(["a"])).value === 1;
  },
  async "Deno.serve and fetch"() {
    const server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {} },
      () => new Response("answer"),
    );
    const answer = await (await fetch(`http://127.0.0.1:${server.addr.port}/`)).text();
    await server.shutdown();
    return answer === "answer";
  },
  async "Unix sockets"() {
    using listener = Deno.listen({ transport: "unix", path: socket });
    const accepted = listener.accept();
    using connection = await Deno.connect({ transport: "unix", path: socket });
    using other = await accepted;
    await other.write(new Uint8Array([7]));
    return await connection.read(new Uint8Array(1)) === 1;
  },
  "Deno's datagrams"() {
    const datagrams = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
    datagrams.close();
    return true;
  },
  "interfaces by netlink": () => Deno.networkInterfaces().length > 0,
  "the system": () => [Deno.systemMemoryInfo(), Deno.loadavg(), Deno.osRelease(), os.cpus()],
  async signals() {
    const { promise, resolve } = Promise.withResolvers<true>();
    const heard = (): void => resolve(true);
    Deno.addSignalListener("SIGUSR1", heard);
    Deno.kill(Deno.pid, "SIGUSR1");
    await promise;
    Deno.removeSignalListener("SIGUSR1", heard);
    return true;
  },
  async workers() {
    const code = "self.onmessage = ({ data }) => self.postMessage(data * 2);";
    const url = URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
    const { promise, resolve } = Promise.withResolvers<number>();
    const worker = new Worker(url, { type: "module" });
    worker.onmessage = ({ data }): void => resolve(data);
    worker.postMessage(21);
    const doubled = await promise;
    worker.terminate();
    return doubled === 42;
  },
  async "node's workers"() {
    const code = "require('node:worker_threads').parentPort.postMessage(1)";
    const worker = new NodeWorker(code, { eval: true });
    const said = await new Promise((resolve) => worker.on("message", resolve));
    await worker.terminate();
    return said === 1;
  },
  async WebAssembly() {
    const { instance } = await WebAssembly.instantiate(ADDER);
    new WebAssembly.Memory({ initial: 1, maximum: 65_536, shared: true }).grow(100);
    return (instance.exports["add"] as (a: number, b: number) => number)(1, 2) === 3;
  },
  "native code"() {
    const library = Deno.dlopen("libc.so.6", { getpid: { parameters: [], result: "i32" } });
    const pid = library.symbols.getpid();
    library.close();
    return pid === Deno.pid;
  },
  "node's files"() {
    const made = fs.mkdtempSync(`${directory}/node-`);
    const path = `${made}/file`;
    fs.writeFileSync(path, "x", { mode: 0o600 });
    fs.chmodSync(path, 0o755);
    const open = fs.openSync(path, "a+", 0o644);
    fs.writeSync(open, "y");
    fs.fsyncSync(open);
    fs.fdatasyncSync(open);
    fs.fchmodSync(open, 0o600);
    fs.futimesSync(open, 1, 1);
    fs.ftruncateSync(open, 1);
    fs.closeSync(open);
    fs.cpSync(made, `${made}-copy`, { recursive: true });
    fs.lutimesSync(path, 1, 1);
    fs.statfsSync(made);
    fs.realpathSync.native(path);
    fs.rmSync(made, { recursive: true });
    return true;
  },
  "node's SQLite"() {
    using database = new DatabaseSync(`${directory}/sqlite`);
    database.exec("pragma journal_mode = wal; create table t (a); insert into t values (1)");
    return database.prepare("select a from t").all().length === 1;
  },
  "node's datagrams": () =>
    new Promise((resolve, reject) => {
      const one = dgram.createSocket("udp4").on("error", reject);
      one.on("message", (text) => one.close(() => resolve(text)));
      one.bind(0, "127.0.0.1", () => one.send("x", one.address().port, "127.0.0.1"));
    }),
  "node's IPv6": () =>
    new Promise((resolve, reject) => {
      const server = net.createServer((one) => one.end("x")).on("error", reject);
      server.listen(0, "::1", () => {
        const { port } = server.address() as net.AddressInfo;
        net.connect(port, "::1").on("data", (text) => server.close(() => resolve(text)));
      });
    }),
  "node's look-up": () =>
    new Promise((resolve) => dns.lookup("127.0.0.1", (_, found) => resolve(found))),
  "node's threads": () =>
    Promise.all([
      new Promise((resolve) => crypto.scrypt("a", "b", 32, (_, key) => resolve(key))),
      new Promise((resolve) => zlib.gzip("x".repeat(9_999), (_, packed) => resolve(packed))),
    ]),
  "node's priority"() {
    os.setPriority(0, 5);
    return os.getPriority() === 5;
  },
  async "a program and its pipes"() {
    const child = new Deno.Command("cat", { stdin: "piped", stdout: "piped" }).spawn();
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode("through"));
    await writer.close();
    const { stdout } = await child.output();
    return new TextDecoder().decode(stdout) === "through";
  },
  "node's child": () => childProcess.execSync("id -u").length > 0,
  "a detached child": () =>
    new Promise((resolve, reject) => {
      const options = { detached: true, stdio: "ignore" } as const;
      childProcess.spawn("sleep", ["0"], options).on("error", reject)
        .on("exit", (code) => resolve(code === 0));
    }),
  "programs of a shell": () =>
    runs(
      "set -e; cd $(mktemp -d); date; df .; ps aux; mkdir -p x/y; install -m 755 /usr/bin/id id; " +
        "tar -czf t.tgz id; tar -xzf t.tgz; cp -a id copy; dd if=/dev/zero of=z count=4 conv=fsync; " +
        "timeout 1 true; nice -n 5 true; nohup true; setsid true; mktemp; ln -s id link; " +
        "chmod u+x,g-w id; touch -d @1 id; find . | sort | xargs -n 9 echo; truncate -s 9 t; " +
        "fallocate -l 99 f; flock t true; taskset -p $$; chrt -b 0 true; ionice -c 3 true",
    ),
  "a terminal": () => runs("script -qc 'stty -a && tty' /dev/null"),
  "another language": () =>
    runs(
      "perl -e 'my $pid = fork; exit 0 unless $pid; waitpid $pid, 0; system(q(true)) == 0 or die; " +
        "open my $file, q(+>), undef or die; print $file 1'",
    ),
};

/** Returns true if a shell script succeeds, otherwise its output. */
async function runs(script: string): Promise<true> {
  const { success, stderr } = await new Deno.Command("sh", {
    args: ["-c", script],
    stdin: "null",
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return true;
}

for (const [what, act] of Object.entries(acts)) {
  let problem = "";
  try {
    if (!await act()) problem = "gave nothing";
  } catch (error) {
    problem = String(error);
  }
  if (problem !== "") await Deno.stdout.write(new TextEncoder().encode(`${what}: ${problem}\n`));
}
await Deno.stdout.write(new TextEncoder().encode("done\n"));
Deno.exit(0);
