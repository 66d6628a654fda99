/** What is used of Annotorious. Its own declarations name files without their endings, which Node's module resolution does not find. */
declare module "@annotorious/annotorious" {
  export enum ShapeType {
    RECTANGLE = "RECTANGLE",
    POLYGON = "POLYGON",
    MULTIPOLYGON = "MULTIPOLYGON",
    ELLIPSE = "ELLIPSE",
  }

  export interface Bounds {
    readonly minX: number;
    readonly minY: number;
    readonly maxX: number;
    readonly maxY: number;
  }

  export interface Rectangle {
    readonly type: ShapeType.RECTANGLE;
    readonly geometry: {
      readonly bounds: Bounds;
      readonly x: number;
      readonly y: number;
      readonly w: number;
      readonly h: number;
      /** In radians. */
      readonly rot: number;
    };
  }

  export interface Polygon {
    readonly type: ShapeType.POLYGON;
    readonly geometry: { readonly bounds: Bounds; readonly points: readonly (readonly [number, number])[] };
  }

  export interface MultiPolygon {
    readonly type: ShapeType.MULTIPOLYGON;
    readonly geometry: {
      readonly bounds: Bounds;
      readonly polygons: readonly {
        readonly bounds: Bounds;
        readonly rings: readonly { readonly points: readonly (readonly [number, number])[] }[];
      }[];
    };
  }

  export interface Ellipse {
    readonly type: ShapeType.ELLIPSE;
    readonly geometry: { readonly bounds: Bounds };
  }

  export type Shape = Rectangle | Polygon | MultiPolygon | Ellipse;

  export interface ImageAnnotation {
    readonly id: string;
    readonly bodies: readonly never[];
    readonly target: { readonly annotation: string; readonly selector: Shape };
  }

  export enum UserSelectAction {
    EDIT = "EDIT",
    SELECT = "SELECT",
    NONE = "NONE",
  }

  export interface ImageAnnotator {
    /** The element around the picture. */
    readonly element: HTMLDivElement;
    readonly state: {
      readonly store: {
        /** LOCAL is what a person does, REMOTE what a program does. */
        observe(
          onChange: (event: {
            readonly origin: "LOCAL" | "REMOTE";
            readonly changes: { readonly created?: readonly ImageAnnotation[] };
          }) => void,
        ): void;
      };
      readonly selection: {
        /** Calls at once, and whenever a person or a program has chosen otherwise. */
        subscribe(onChange: (selection: { readonly selected: readonly { readonly id: string }[] }) => void): () => void;
      };
    };
    cancelDrawing(): void;
    destroy(): void;
    getDrawingTool(): string | undefined;
    getSelected(): ImageAnnotation[];
    isDrawingEnabled(): boolean;
    removeAnnotation(id: string): void;
    setAnnotations(annotations: readonly ImageAnnotation[], replace?: boolean): void;
    setDrawingEnabled(enabled: boolean): void;
    setDrawingMode(mode: "click" | "drag"): void;
    setDrawingTool(name: "rectangle" | "polygon"): void;
    setSelected(id?: string): void;
  }

  /** @param options.userSelectAction - what choosing a mark by the pointer does. */
  export function createImageAnnotator(
    picture: HTMLImageElement | HTMLCanvasElement,
    options?: { readonly drawingEnabled?: boolean; readonly userSelectAction?: (annotation: ImageAnnotation) => UserSelectAction },
  ): ImageAnnotator;
}
