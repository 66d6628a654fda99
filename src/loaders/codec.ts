/** Decoders compiled to WebAssembly: loaded when the first file needs them, and made anew after a file that they gave up on. */
import { InputError, readBytes } from "../bytes.ts";

/** What Emscripten makes of a library: a function that instantiates it. */
type Factory<Module> = (options: {
  readonly noInitialRun: boolean;
  readonly print: (line: string) => void;
  readonly printErr: (line: string) => void;
  readonly instantiateWasm: (imports: WebAssembly.Imports, done: (instance: WebAssembly.Instance) => void) => object;
}) => Promise<Module>;

/** A package that holds a decoder. */
export interface CodecSource<Module> {
  readonly package: string;
  /** What it is needed for, where the package is an optional one. */
  readonly reads: string;
  /** Imports the JavaScript that Emscripten wrote. */
  load(): Promise<Factory<Module>>;
  /** The WebAssembly, as the package names it. */
  readonly wasm: string;
  /** The same as a bundler finds it: written out where it is used, so that it is seen. */
  readonly bundled: URL;
}

/** Runs a decoder on one file. `said` collects the lines that it would have written to the console. */
export type Codec<Module> = <T>(name: string, use: (module: Module, said: readonly string[]) => T) => Promise<T>;

/** A decoder that is loaded once, when it is first used. */
export function codec<Module>(source: CodecSource<Module>): Codec<Module> {
  let loaded: Promise<Loaded<Module>> | undefined;
  let ready: Promise<{ module: Module; said: string[] }> | undefined;
  return async (name, use) => {
    loaded ??= load(source).catch((cause) => {
      loaded = undefined;
      throw isMissing(cause) ? missingPackage(source, name, cause) : cause;
    });
    ready ??= loaded.then(instantiate);
    try {
      const { module, said } = await ready;
      said.length = 0;
      return use(module, said);
    } catch (cause) {
      // What a failed call leaves behind in the module's memory is unknown.
      ready = undefined;
      throw cause;
    }
  };
}

/** A decoder before it has memory of its own. */
interface Loaded<Module> {
  readonly factory: Factory<Module>;
  readonly compiled: WebAssembly.Module;
}

async function load<Module>({ load, wasm, bundled }: CodecSource<Module>): Promise<Loaded<Module>> {
  const factory = await load();
  return { factory, compiled: await WebAssembly.compile(await readBytes(installedAt(wasm) ?? bundled)) };
}

function instantiate<Module>({ factory, compiled }: Loaded<Module>): Promise<{ module: Module; said: string[] }> {
  const said: string[] = [];
  const note = (line: string): void => {
    said.push(line);
  };
  return new Promise((resolve, reject) => {
    const instantiateWasm: Parameters<Factory<Module>>[0]["instantiateWasm"] = (imports, done) => {
      WebAssembly.instantiate(compiled, imports).then(done, reject);
      return {};
    };
    const options = { noInitialRun: true, print: note, printErr: note, instantiateWasm };
    factory(options).then((module) => resolve({ module, said }), reject);
  });
}

/** Where Node finds a file of an installed package; nowhere in a page, whose bundler has put it elsewhere. */
function installedAt(path: string): string | undefined {
  const node = globalThis.process?.getBuiltinModule?.("node:module");
  return node?.createRequire(import.meta.url).resolve(path);
}

/** Whether an import failed because there is no such package: Node's codes, and the words of Vite's stand-in for optional packages. */
export function isMissing(cause: unknown): boolean {
  if (!(cause instanceof Error)) return false;
  const code = "code" in cause ? cause.code : undefined;
  return code === "ERR_MODULE_NOT_FOUND" || code === "MODULE_NOT_FOUND" || /^Could not resolve ".*" imported by/.test(cause.message);
}

/** What to install for a file that needs an optional package. */
export const missingPackage = (source: { readonly package: string; readonly reads: string }, name: string, cause: unknown): InputError =>
  new InputError(name, `holds ${source.reads}, which needs a package that is not installed: npm install ${source.package}`, { cause });
