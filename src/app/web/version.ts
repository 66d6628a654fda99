/** The version of the package, which Vite writes here. */
declare const ROENTGEN_VERSION: string;

export const version = ROENTGEN_VERSION;
