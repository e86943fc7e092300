/** The treemap of an image as one HTML page, which needs no network. */
import type { ImageMap } from "../../../engine/image-map.ts";
import { mapTree, type Place, placeTree } from "./map-tree.ts";
import { pageScript } from "./page-script.ts";
import { pageStyle } from "./page-style.ts";

/** Families of colours, one for each component of the outermost level. */
const hues = [212, 28, 140, 275, 50, 340, 180, 95, 0, 245] as const;

/** Makes the page. */
export function mapPage(map: ImageMap): string {
  const title = `${map.title} for ${map.platform}`;
  const places = placeTree(mapTree(map, title));
  const data = {
    fileBytes: map.fileBytes,
    places: places.map(({ node, parent }) => [node.name, node.fileBytes, parent, node.item]),
    items: map.items.map((item) => [
      item.name,
      item.component,
      item.kind,
      item.fileBytes,
      item.memoryBytes,
      item.referrer,
    ]),
  };
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeText(title)}</title>
<style>${pageStyle}</style>
<header>
<h1>${escapeText(title)}</h1>
<p id="where"></p>
<label>Find <input id="find" type="search" placeholder="a function or component"></label>
</header>
<main>
<svg id="map" viewBox="0 0 1000 600" preserveAspectRatio="none" tabindex="0" role="application"
 aria-describedby="keys" aria-label="Treemap of the image's bytes">
${places.map(drawPlace).join("\n")}
</svg>
<aside id="details" aria-live="polite"></aside>
</main>
<footer id="keys">Arrow keys choose, Enter goes in, Escape goes out; a click chooses, a second one goes in.</footer>
<script type="application/json" id="data">${JSON.stringify(data).replaceAll("<", "\\u003c")}</script>
<script>${pageScript}</script>
</html>
`;
}

function drawPlace({ node, x, y, width, height, depth, family }: Place, number: number): string {
  const hue = hues[family % hues.length] ?? 0;
  const form = `x="${short(x)}" y="${short(y)}" width="${short(width)}" height="${short(height)}"`;
  const kind = node.children.length > 0 ? "part" : "leaf";
  return `<rect id="p${number}" class="${kind} d${Math.min(depth, 4)}" style="--hue:${hue}" ${form}/>`;
}

function short(value: number): string {
  return String(Number(value.toFixed(2)));
}

function escapeText(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
