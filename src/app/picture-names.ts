/** Which files of a folder are pictures: by their names, and those without an ending by what is in them. */

const PICTURE = /\.(png|jpe?g|dcm|dicom|tiff?|webp|bmp)$/i;

/** Names without an ending, or that end as a UID does: films on a disc have such. */
const NAMELESS = /(^|[/\\])[^./\\]+$|\.\d+$/;

/** The directory of a disc has DICOM's signature, and no pixels. */
const DIRECTORY = /DICOMDIR$/i;

/** Where DICOM says what it is. */
export const SIGNATURE = { place: 128, length: 4 } as const;

/** @param signature - reads what stands at DICOM's place, as far as the file goes. */
export async function isPictureOf(path: string, signature: () => Promise<Uint8Array>): Promise<boolean> {
  if (PICTURE.test(path)) return true;
  if (!NAMELESS.test(path) || DIRECTORY.test(path)) return false;
  return new TextDecoder("latin1").decode(await signature()) === "DICM";
}
