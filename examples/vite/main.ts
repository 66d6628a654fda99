/** Draws the lung fields of a film. */
import { loadModel } from "roentgen";
import weights from "roentgen/weights/lungs-unet16.safetensors?url";

const find = <Name extends keyof HTMLElementTagNameMap>(name: Name, id: string): HTMLElementTagNameMap[Name] => {
  const element = document.querySelector<HTMLElementTagNameMap[Name]>(`${name}#${id}`);
  if (!element) throw new Error(`there is no ${id} on the page`);
  return element;
};
const film = find("input", "film");
const status = find("p", "status");
const canvas = find("canvas", "lungs");

const model = await loadModel(weights);
status.textContent = `Ready on ${model.device.profile.description}`;

film.addEventListener("change", async () => {
  const [file] = film.files ?? [];
  if (!file) return;
  const { width, height, maps } = await model.segment(file);
  const [{ map }] = maps;
  const pixels = new ImageData(width, height);
  map.data.forEach((probability, pixel) => {
    pixels.data.set([0, 128, 255, probability / 257], 4 * pixel);
  });
  canvas.width = width;
  canvas.height = height;
  canvas.getContext("2d")?.putImageData(pixels, 0, 0);
  const lungs = map.data.filter((probability) => probability > 32767).length;
  status.textContent = `${((100 * lungs) / map.data.length).toFixed(1)} % of the film is lung`;
});
