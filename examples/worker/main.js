/** The page's side: files go to the worker, scores come back. */
const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
const [film, status, scores] = ["film", "status", "scores"].map((id) => document.getElementById(id));

film.onchange = () => worker.postMessage(film.files[0]);

worker.onmessage = ({ data: { said, predictions = [] } }) => {
  status.textContent = said;
  scores.replaceChildren(
    ...predictions.map(({ label, score }) => {
      const item = document.createElement("li");
      item.textContent = `${label} ${score.toFixed(3)}`;
      return item;
    }),
  );
};
