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

/** What a run costs the thread that asks for it. */
export interface Encoding {
  readonly launches: number;
  /** Of each launch, from the encoder's beginning to its end: calls from JavaScript alone. */
  readonly encodeMicroseconds: number;
  /** Of each launch, inside `submit`, where Dawn checks what was encoded and hands it to the driver. */
  readonly submitMicroseconds: number;
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
  encoding: { arguments: []; answer: Encoding | undefined };
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
