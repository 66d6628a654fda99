/** The page that runs the tests of kernels: bundled with them, with `page-vitest.ts` in Vitest's place. */
/// <reference types="vite/client" />
import { startTests, type Task } from "@vitest/runner";
import { device } from "../device.ts";

const files = import.meta.glob("../kernels/*.test.ts");

/** What became of the tests of one file. */
export interface FileOutcome {
  readonly passed: number;
  readonly skipped: number;
  readonly failures: readonly { readonly title: string; readonly problem: string }[];
}

/** What the page offers to whoever drives it. */
export interface KernelPage {
  /** By file names such as "relu.test.ts". */
  readonly files: readonly string[];
  describeAdapter(): Promise<string>;
  /** Runs a file's tests; quick ones are those of forward results on the adapter as it is. */
  run(file: string, isQuick: boolean): Promise<FileOutcome>;
}

const page: KernelPage = {
  files: Object.keys(files).map((path) => path.slice(path.lastIndexOf("/") + 1)),
  describeAdapter: async () => (await device()).profile.description,
  async run(file, isQuick) {
    const [collected] = await startTests([`../kernels/${file}`], {
      importFile: (path) => files[path](),
      onBeforeRunTask: (test) => {
        if (isQuick && isSlow(test)) test.mode = "skip";
      },
      config: {
        root: "/",
        name: undefined,
        setupFiles: [],
        passWithNoTests: false,
        testNamePattern: undefined,
        allowOnly: false,
        sequence: { seed: 0, hooks: "stack", setupFiles: "list" },
        chaiConfig: undefined,
        maxConcurrency: 1,
        testTimeout: 120_000,
        hookTimeout: 120_000,
        retry: 0,
        includeTaskLocation: false,
        tags: [],
        tagsFilter: undefined,
        strictTags: false,
      },
    });
    const all = testsIn(collected);
    const failures = [...all, collected].flatMap(({ fullName, result }) =>
      (result?.errors ?? []).map(({ message }) => ({ title: fullName, problem: message })),
    );
    const inState = (state: string): number => all.filter(({ result, mode }) => (result?.state ?? mode) === state).length;
    return { passed: inState("pass"), skipped: inState("skip"), failures };
  },
};

/** Gradients and classes of kernels that the adapter would not choose take most of the time. */
const isSlow = ({ fullName }: Task): boolean => /, gradient$|adapter (without subgroups|as a GPU)|as parameters$/.test(fullName);

const testsIn = (task: Task): Task[] => (task.type === "test" ? [task] : task.tasks.flatMap(testsIn));

Object.assign(globalThis, { kernelPage: page });
