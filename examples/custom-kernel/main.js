/** A graph with the library's ops and one's own, compiled and run once. */
import { compile, globalAvgPool, input, requestDevice, tensor } from "../../dist/roentgen.browser.js";
import { power } from "./power.js";

const status = document.getElementById("status");
try {
  const device = await requestDevice();
  const x = input("x", [1, 3, 2, 2]);
  const program = await compile(device, { means: globalAvgPool(power(x, 1.5)) });
  const values = Float32Array.of(1, 4, 9, 16, 0, 0, 0, 0, -4, 4, -4, 4);
  const { means } = await program.run({ x: tensor(x.shape, values) });
  document.getElementById("result").textContent = [...means.data].join(", "); // 25, 0, 8
  status.textContent = `Computed on ${device.profile.description}`;
} catch (error) {
  status.textContent = error.message;
}
