/** What is used of decoders whose packages declare nothing. */

declare module "@cornerstonejs/codec-charls/decodewasmjs" {
  const load: (options: object) => Promise<{ readonly JpegLSDecoder: new () => import("./embind.ts").Decoder }>;
  export default load;
}

declare module "@cornerstonejs/codec-openjpeg/decodewasmjs" {
  const load: (options: object) => Promise<{ readonly J2KDecoder: new () => import("./embind.ts").Decoder }>;
  export default load;
}

declare module "jpeg-lossless-decoder-js" {
  export class Decoder {
    /** The row that would be decoded next. */
    readonly yLoc: number;
    /** Where the next byte is read, also beyond the last one. */
    readonly stream: { readonly index: number } | null;
    decode(buffer: ArrayBuffer, offset: number, length: number): Uint8Array | Uint16Array | null;
  }
}
