/** A decoded picture, and the one decoder per format that makes it. */

/** Pixels as stored in the file: rows top to bottom, channels interleaved, no colour management. */
export interface Image {
  readonly width: number;
  readonly height: number;
  /** 1 grey, 2 grey + alpha, 3 RGB, 4 RGBA. */
  readonly channels: 1 | 2 | 3 | 4;
  /** 8: values 0–255 in a Uint8Array; 16: values 0–65535 in a Uint16Array. */
  readonly bitDepth: 8 | 16;
  readonly data: Uint8Array | Uint16Array;
}
