/** Draws films into a canvas in slices of a few milliseconds, between which the page answers to pointer and keys. */
import { type Drawn, drawing } from "./draw-film.ts";
import type { FilmView, Size } from "./film-view.ts";

/** Milliseconds that are drawn without a pause: less than a frame of a screen. */
const SLICE = 8;

/** What a canvas is to show: undefined is nothing. */
export interface Painting {
  readonly size: Size;
  readonly view: FilmView;
  /** Called when it is begun, since making its tables takes a while too. */
  drawn(): Drawn;
}

export interface FilmPainter {
  /** Shows something else, once what is being drawn is done; of several wishes that come meanwhile the last one counts. */
  paint(painting: Painting | undefined): void;
  /** Resolves when all is drawn that was asked for. */
  done(): Promise<void>;
}

export function filmPainter(canvas: HTMLCanvasElement): FilmPainter {
  let wanted: { readonly painting: Painting | undefined } | undefined;
  let isWorking = false;
  let worked = Promise.resolve();

  const work = async (): Promise<void> => {
    const context = canvas.getContext("2d", { alpha: false });
    try {
      for (let next = wanted; next; next = wanted) {
        wanted = undefined;
        if (context) await show(next.painting, context);
      }
    } finally {
      // In the same turn as the last look at what is wanted, so that nothing is overlooked.
      isWorking = false;
    }
  };
  return {
    paint(painting) {
      wanted = { painting };
      if (isWorking) return;
      isWorking = true;
      worked = work();
    },
    done: () => worked,
  };
}

async function show(painting: Painting | undefined, context: CanvasRenderingContext2D): Promise<void> {
  const { canvas } = context;
  if (!painting) {
    context.clearRect(0, 0, canvas.width, canvas.height);
    return;
  }
  const { size, view, drawn } = painting;
  const pixels = context.createImageData(size.width, size.height);
  const steps = drawing(pixels, view, drawn());
  for (let begun = performance.now(); !steps.next().done; ) {
    if (performance.now() - begun < SLICE) continue;
    await nextTask();
    begun = performance.now();
  }
  // A canvas that is given a size is empty, so it gets it together with its pixels.
  if (canvas.width !== size.width || canvas.height !== size.height) Object.assign(canvas, size);
  context.putImageData(pixels, 0, 0);
}

/** Behind whatever else the page has to do; a timer would wait for some milliseconds. */
const nextTask = (): Promise<void> =>
  new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
