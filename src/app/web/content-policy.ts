/**
 * What the page may load and where it may send: nothing but its own files. Pictures cannot leave the device, whatever a script does; that
 * is the browser's promise and not the page's.
 */
export const contentPolicy = [
  "default-src 'none'",
  // Decoders of JPEG and others are WebAssembly.
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self'",
  "connect-src 'self'",
  "img-src 'self'",
  "style-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

/** What a server says beside the policy; a page's own text cannot. */
export const pageHeaders: Readonly<Record<string, string>> = {
  "content-security-policy": `${contentPolicy}; frame-ancestors 'self'`,
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
};
