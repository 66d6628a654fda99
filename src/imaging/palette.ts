/** Colours that stand for classes. */

/** Okabe and Ito's (2008), which colour-blind readers tell apart, without their yellow, which fades on white, and with grey. */
const COLOURS = [
  [0, 114, 178],
  [213, 94, 0],
  [0, 158, 115],
  [204, 121, 167],
  [230, 159, 0],
  [86, 180, 233],
  [120, 120, 120],
  [60, 60, 60],
] as const;

/** The colour of the class in this place; there are eight, and then they repeat. */
export const classColour = (place: number): readonly [red: number, green: number, blue: number] => COLOURS[place % COLOURS.length];

/** How many classes differ by colour alone. */
export const CLASS_COLOURS = COLOURS.length;
