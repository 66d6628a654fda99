/** What of a DICOM file may stay when nobody is to be recognised by it: a list of what is kept, since none of what may identify is whole. */

/** What values an attribute may have to stay: a code, decimal numbers, numbers or look-up tables in binary, or items that are gone through. */
export type Kept = "code" | "decimals" | "binary" | "items";

const group = (kind: Kept, ...tags: readonly string[]): (readonly [string, Kept])[] => tags.map((tag) => [`x${tag}`, kind]);

/** Attributes that say how pixels are stored, shown and were taken, and nothing in words of their own. */
export const kept: ReadonlyMap<string, Kept> = new Map([
  // Character set, image type, modality, intent.
  ...group("code", "00080005", "00080008", "00080060", "00080068"),
  // Body part, exposure, geometry and detector.
  ...group("code", "00180015", "00181147", "00181160", "00181166", "00181191", "00181508", "00185101", "00187004", "00187050"),
  ...group("decimals", "00180050", "00180060", "00181110", "00181111", "00181114", "00181149", "00181150", "00181151", "00181152"),
  ...group("decimals", "00181153", "00181164", "00181190", "00181405", "00181411", "00181412", "00181413", "00186000"),
  // Numbers within the study, orientation, side.
  ...group("decimals", "00200011", "00200013", "00200032", "00200037"),
  ...group("code", "00200020", "00200060", "00200062"),
  // Pixels, spacing, look-up tables, compression, burned-in annotation.
  ...group("code", "00280004", "00280300", "00280301", "00280a02", "00281040", "00281054", "00281056", "00282110", "00282114", "00283004"),
  ...group("decimals", "00280008", "00280030", "00280034", "00281050", "00281051", "00281052", "00281053", "00282112"),
  ...group("binary", "00280002", "00280006", "00280009", "00280010", "00280011", "00280100", "00280101", "00280102", "00280103"),
  ...group("binary", "00280106", "00280107", "00280108", "00280109", "00280120", "00280121", "00281041", "00281101", "00281102"),
  ...group("binary", "00281103", "00281201", "00281202", "00281203", "00283002", "00283006"),
  ...group("items", "00283000", "00283010", "00289110", "00289132", "00289145", "52009229", "52009230"),
  ...group("code", "20500020"),
  ...group("binary", "7fe00001", "7fe00002", "7fe00008", "7fe00009", "7fe00010"),
]);

/** Attributes that a file of its kind must have, and that may be empty (type 2). */
export const emptied: readonly (readonly [tag: string, vr: string])[] = [
  ["x00080020", "DA"],
  ["x00080030", "TM"],
  ["x00080050", "SH"],
  ["x00080070", "LO"],
  ["x00080090", "PN"],
  ["x00100010", "PN"],
  ["x00100020", "LO"],
  ["x00100030", "DA"],
  ["x00100040", "CS"],
  ["x00200010", "SH"],
];

/** UIDs of this film, its series, study and frame of reference: replaced, the same one always by the same other. */
export const replaced: readonly string[] = ["x00080018", "x0020000d", "x0020000e", "x00200052"];

/** Names of attributes that people look for in the list of what was removed (PS3.6). */
export const names: ReadonlyMap<string, string> = new Map([
  ["x00080018", "SOP Instance UID"],
  ["x00080020", "Study Date"],
  ["x00080021", "Series Date"],
  ["x00080022", "Acquisition Date"],
  ["x00080023", "Content Date"],
  ["x00080030", "Study Time"],
  ["x00080031", "Series Time"],
  ["x00080032", "Acquisition Time"],
  ["x00080033", "Content Time"],
  ["x00080050", "Accession Number"],
  ["x00080070", "Manufacturer"],
  ["x00080080", "Institution Name"],
  ["x00080081", "Institution Address"],
  ["x00080090", "Referring Physician's Name"],
  ["x00081010", "Station Name"],
  ["x00081030", "Study Description"],
  ["x0008103e", "Series Description"],
  ["x00081040", "Institutional Department Name"],
  ["x00081048", "Physician(s) of Record"],
  ["x00081050", "Performing Physician's Name"],
  ["x00081060", "Name of Physician(s) Reading Study"],
  ["x00081070", "Operators' Name"],
  ["x00081090", "Manufacturer's Model Name"],
  ["x00081110", "Referenced Study Sequence"],
  ["x00081140", "Referenced Image Sequence"],
  ["x00082111", "Derivation Description"],
  ["x00100010", "Patient's Name"],
  ["x00100020", "Patient ID"],
  ["x00100021", "Issuer of Patient ID"],
  ["x00100030", "Patient's Birth Date"],
  ["x00100032", "Patient's Birth Time"],
  ["x00100040", "Patient's Sex"],
  ["x00101000", "Other Patient IDs"],
  ["x00101001", "Other Patient Names"],
  ["x00101002", "Other Patient IDs Sequence"],
  ["x00101010", "Patient's Age"],
  ["x00101020", "Patient's Size"],
  ["x00101030", "Patient's Weight"],
  ["x00101040", "Patient's Address"],
  ["x00102154", "Patient's Telephone Numbers"],
  ["x00102160", "Ethnic Group"],
  ["x001021b0", "Additional Patient History"],
  ["x00104000", "Patient Comments"],
  ["x00181000", "Device Serial Number"],
  ["x00181020", "Software Versions"],
  ["x00181030", "Protocol Name"],
  ["x0020000d", "Study Instance UID"],
  ["x0020000e", "Series Instance UID"],
  ["x00200010", "Study ID"],
  ["x00200052", "Frame of Reference UID"],
  ["x00204000", "Image Comments"],
  ["x00281055", "Window Center & Width Explanation"],
  ["x00283003", "LUT Explanation"],
  ["x00321032", "Requesting Physician"],
  ["x00321060", "Requested Procedure Description"],
  ["x00324000", "Study Comments"],
  ["x00400275", "Request Attributes Sequence"],
  ["xfffcfffc", "Data Set Trailing Padding"],
]);
