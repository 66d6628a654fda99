/** A headless Chromium with WebGPU: the one inside `@sparticuz/chromium`, on its SwiftShader, else one of the system. */
import { execFile } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { type Browser, chromium } from "playwright-core";

/** A browser, or why there is none. */
export type Started = { readonly browser: Browser } | { readonly problem: string };

/** Milliseconds that tests in a page may take: compiling for a software adapter is slow where others use the machine. */
export const PATIENCE = 600_000;

/** Where a system keeps its Chromium; the first that is there is taken. */
const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/** WebGPU is off on Linux unless it is asked for, and so is an adapter that is no GPU. */
const args = [
  "--no-sandbox",
  "--enable-unsafe-webgpu",
  "--use-webgpu-adapter=swiftshader",
  "--enable-features=Vulkan",
  "--use-vulkan=swiftshader",
  "--use-angle=swiftshader",
  "--ignore-gpu-blocklist",
];

/** Starts a browser whose pages have an adapter; each caller closes its own. */
export async function startChromium(): Promise<Started> {
  const problems: string[] = [];
  for (const find of [packaged, installed]) {
    try {
      const { executablePath, env } = await find();
      const browser = await chromium.launch({ executablePath, args, timeout: PATIENCE, env: { ...withoutDrivers(process.env), ...env } });
      return { browser };
    } catch (cause) {
      problems.push(cause instanceof Error ? cause.message.split("\n", 1)[0] : String(cause));
    }
  }
  return { problem: problems.join("; ") };
}

interface Found {
  readonly executablePath: string;
  readonly env: Readonly<Record<string, string>>;
}

/** What chooses an adapter for Dawn under Node is not for the browser, which brings its own. */
const withoutDrivers = (env: NodeJS.ProcessEnv): Record<string, string> =>
  Object.fromEntries(Object.entries(env).flatMap(([name, value]) => (value === undefined || /^VK_/.test(name) ? [] : [[name, value]])));

const VERSION = "147.0.0";

/** Unpacked once into the user's cache, with the libraries and the font that a bare system lacks. */
async function packaged(): Promise<Found> {
  if (process.platform !== "linux" || process.arch !== "x64") throw new Error("@sparticuz/chromium is for Linux x64 alone");
  const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "roentgen");
  const folder = join(cache, `chromium-${VERSION}`);
  if (!isExecutable(join(folder, "chromium"))) {
    await mkdir(cache, { recursive: true });
    const temporary = await mkdtemp(`${folder}-`);
    try {
      // The package unpacks into TMPDIR, and its libraries only where it believes to be on Amazon Linux.
      const env = { ...process.env, TMPDIR: temporary, AWS_EXECUTION_ENV: "nodejs20.x" };
      const unpack = 'import("@sparticuz/chromium").then(({ default: chromium }) => chromium.executablePath())';
      await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", unpack], { env });
      // Another process may have been first.
      await rename(temporary, folder);
    } catch (cause) {
      await rm(temporary, { recursive: true, force: true });
      if (!isExecutable(join(folder, "chromium"))) throw cause;
    }
  }
  const fonts = join(folder, "fonts.conf");
  await writeFile(fonts, fontConfig(folder));
  return { executablePath: join(folder, "chromium"), env: { LD_LIBRARY_PATH: join(folder, "al2023", "lib"), FONTCONFIG_FILE: fonts } };
}

/** The package's own settings look for its font in /tmp; a Chromium that finds no font at all ends with the first text it shows. */
const fontConfig = (folder: string): string => `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>${folder}/fonts</dir><dir>/usr/share/fonts</dir><cachedir>${folder}/fonts-cache</cachedir></fontconfig>
`;

async function installed(): Promise<Found> {
  const paths = (process.env.PATH ?? "").split(delimiter).flatMap((folder) => names.map((name) => join(folder, name)));
  const executablePath = paths.find(isExecutable);
  if (!executablePath) throw new Error(`there is no ${names.join(", ")} on the system`);
  return { executablePath, env: {} };
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
