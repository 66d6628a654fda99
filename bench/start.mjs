/** Starts the benchmark. It runs the library's sources, so the library's own packages are installed first where they are missing. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

function run(command, args, options) {
  const { status, signal, error } = spawnSync(command, args, { stdio: "inherit", ...options });
  if (error) throw error;
  if (signal) process.stderr.write(`${command} ended by ${signal}\n`);
  if (status !== 0) process.exit(status ?? 1);
}

if (!existsSync(`${root}/node_modules/tsx`)) run("npm", ["ci"], { cwd: root, shell: process.platform === "win32" });
run(process.execPath, ["--import", "tsx", fileURLToPath(new URL("src/main.ts", import.meta.url)), ...process.argv.slice(2)], {});
