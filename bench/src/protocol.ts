/** What parent and contestant say to each other. */

export interface Timing {
  /** Of one run, on the clock. */
  readonly wallMs: number;
  /** Of one run, in all threads of the process. */
  readonly cpuMs: number;
}

export interface LoadTiming {
  readonly loadMs: number;
  readonly firstResultMs: number;
  readonly cpuMs: number;
}

export interface Hello {
  readonly version: string;
  readonly adapter?: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** Questions, what they take, and their answers. */
export interface Answers {
  hello: { arguments: []; answer: Hello };
  peak: { arguments: []; answer: number };
  load: { arguments: [caseName: string]; answer: LoadTiming };
  run: { arguments: [count: number]; answer: Timing };
  output: { arguments: []; answer: Float32Array };
  unload: { arguments: []; answer: undefined };
}

export interface Question {
  readonly ask: keyof Answers;
  readonly args: readonly unknown[];
}

export interface Reply {
  readonly answer?: unknown;
  readonly error?: string;
}
