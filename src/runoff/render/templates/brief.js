// The drawings of the page become charts that read figures off under the pointer. Where anything fails, the drawing stays.
const resolved = (text) => text.replace(/var\((--[\w-]+)\)/g, (_, name) =>
  getComputedStyle(document.documentElement).getPropertyValue(name).trim());

const rowsOf = (columns) => {
  const [[first, values] = [], ...rest] = Object.entries(columns);
  return (values ?? []).map((value, i) =>
    Object.fromEntries([[first, value], ...rest.map(([name, others]) => [name, others[i]])]));
};

const charts = new Map();

async function draw(figure) {
  const place = figure.querySelector(".interactive");
  const width = Math.floor(figure.clientWidth);
  const { columns, wide, narrow } = JSON.parse(resolved(figure.querySelector("script").textContent));
  const specification = width < 700 ? narrow : wide;
  specification.width = width;
  specification.data.values = rowsOf(columns);
  const before = charts.get(figure);
  charts.set(figure, { width });
  try {
    place.hidden = false;
    const { finalize } = await window.vegaEmbed(place, specification, {
      ast: true, defaultStyle: false, tooltip: { disableDefaultStyle: true }, actions: false, renderer: "canvas",
    });
    before?.finalize?.();
    charts.set(figure, { width, finalize });
    figure.classList.add("drawn");
  } catch (error) {
    place.hidden = true;
    figure.classList.remove("drawn");
    console.warn("the drawing stays:", error);
  }
}

const seen = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) {
    if (isIntersecting) {
      seen.unobserve(target);
      draw(target);
    }
  }
}, { rootMargin: "400px" });
document.querySelectorAll("figure.chart").forEach((figure) => seen.observe(figure));

const again = () => {
  for (const [figure, { width, finalize }] of charts) {
    if (finalize && (again.all || Math.floor(figure.clientWidth) !== width)) draw(figure);
  }
  again.all = false;
};
let waiting;
const soon = () => {
  clearTimeout(waiting);
  waiting = setTimeout(again, 150);
};
addEventListener("resize", soon);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  again.all = true;
  soon();
});
