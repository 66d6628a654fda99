/** Which film is meant in a file of marks: by its hash, or by its name where only one film has it. */
import type { Picture } from "./annotation.ts";
import type { JsonPlace } from "./json-place.ts";
import { boundsOf, type Region } from "./region.ts";

/** What a file says of a film; one that is described whole need not be known before. */
export interface Named {
  readonly hash?: string;
  readonly name?: string;
  readonly width?: number;
  readonly height?: number;
}

/** @throws InputError at the place where no film, or more than one, is meant, or its size is another. */
export type FindPicture = (place: JsonPlace, named: Named) => Picture;

export interface Pictures {
  readonly find: FindPicture;
  /** The films that were found so far, each once. */
  used(): Picture[];
}

const HASH = /^[0-9a-f]{64}$/;

export function picturesOf(known: readonly Picture[]): Pictures {
  const used = new Map<string, Picture>();
  const find: FindPicture = (place, { hash, name, width, height }) => {
    if (hash !== undefined && !HASH.test(hash)) throw place.wrong("must have a SHA-256 of 64 hexadecimal digits");
    const picture = knownPicture() ?? describedPicture();
    if (!picture) throw place.wrong("names a film that is neither described whole nor among those that are open or marked");
    if ((width !== undefined && width !== picture.width) || (height !== undefined && height !== picture.height))
      throw place.wrong(`is of a film of ${width} × ${height} pixels, ${picture.name} has ${picture.width} × ${picture.height}`);
    used.set(picture.hash, picture);
    return picture;

    function knownPicture(): Picture | undefined {
      if (hash !== undefined) return used.get(hash) ?? known.find((one) => one.hash === hash);
      const [only, ...others] = known.filter((one) => name !== undefined && one.name === lastOf(name));
      if (others.length > 0) throw place.wrong(`names one of ${others.length + 1} films that are called ${only.name}`);
      return only;
    }

    function describedPicture(): Picture | undefined {
      return hash !== undefined && name !== undefined && width !== undefined && height !== undefined
        ? { hash, name, width, height }
        : undefined;
    }
  };
  return { find, used: () => [...used.values()] };
}

/** The last part of a path or a URL. */
function lastOf(path: string): string {
  const name = path.replace(/[?#].*$/, "").replace(/^.*[/\\]/, "");
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

/** The region, where some of it lies on the film. @throws InputError at the place where it is empty or beside the film. */
export function checkInside(region: Region, film: Picture, place: JsonPlace): Region {
  const { x, y, width, height } = boundsOf(region);
  if (!(width > 0 && height > 0)) throw place.wrong("must be larger than nothing");
  if (x >= film.width || y >= film.height || x + width <= 0 || y + height <= 0)
    throw place.wrong(`lies beside the film of ${film.width} × ${film.height} pixels`);
  return region;
}
