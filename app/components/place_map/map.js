// Where are the places on the ground, and what is near them?
//
// A Streamlit v2 component. Panning, zooming and hovering stay in the browser;
// the one thing that goes back to Python is the id of a place that was chosen.
// Every string from the data is written as text, never as markup.

const LEAFLET = new URL("../csgeo.leaflet/", import.meta.url);
const drawn = new WeakMap(); // component root -> what stands in it
const views = new Map(); // release -> last view, so that it outlives a change of page

export default function ({ parentElement, data, setTriggerValue }) {
  if (!data) return undefined;
  const tell = (id) => setTriggerValue("chosen", id);
  const before = drawn.get(parentElement);
  if (before && same(before.bytes, data)) {
    before.tell = tell;
    return before.leave;
  }
  before?.leave();
  const here = { bytes: data, tell, picture: null, gone: false };
  here.leave = () => {
    here.gone = true;
    here.picture?.remove();
    if (drawn.get(parentElement) === here) drawn.delete(parentElement);
  };
  drawn.set(parentElement, here);
  Promise.all([leaflet(), unpacked(data)])
    .then(([L, told]) => {
      if (!here.gone) here.picture = new Picture(L, parentElement, told, (id) => here.tell(id));
    })
    .catch((error) => {
      console.error(error);
      const words = "The map could not be drawn in this browser. The list and the table say the same.";
      if (!here.gone) parentElement.append(make("p", "failed", words));
    });
  return here.leave;
}

function same(one, other) {
  return one === other || (one.length === other.length && one.every((byte, i) => byte === other[i]));
}

// A county's squares and services are many: they come as gzip, a tenth of their size.
function unpacked(bytes) {
  const plain = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(plain).json();
}

let loading;
function leaflet() {
  loading ??= import(new URL("leaflet.js", LEAFLET).href).then(() => globalThis.L);
  return loading;
}

function make(tag, className, text) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
}

const SVG = "http://www.w3.org/2000/svg";
function svg(tag, attributes, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

function serviceSign(shape, letter) {
  const text = svg("text", { x: 0, y: shape.letter_y, "text-anchor": "middle" });
  text.textContent = letter;
  const sign = svg("svg", { viewBox: "-12 -12 24 24", width: 24, height: 24, "aria-hidden": "true" });
  sign.append(svg("path", { d: shape.path }), text);
  return sign;
}

const LETTERS_FROM_ZOOM = 12.75; // further out a small sign stands for each service
const ALL_SERVICES_FROM_ZOOM = 13; // further out only those near a place are drawn
const STREETS_FROM_ZOOM = 12;
const MOST_LETTERS = 7; // more kinds of service than this fold away, so that the map keeps its room
const BADGE = 28; // px across
const HIDDEN = { fill: "#ffffff", ink: "#505a5f" }; // a place that the chosen view does not show

class Picture {
  constructor(L, root, data, tell) {
    Object.assign(this, { L, root, data, tell, release: data.release });
    this.layers = data.layers;
    this.style = data.layers.style;
    this.build();
    this.map = this.startMap();
    this.drawBasemap();
    this.drawCells();
    this.drawServices();
    this.drawPlaces();
    this.showView();
    this.onChosen = (event) => this.choose(event.detail, { bringIntoView: true });
    window.addEventListener("csgeo:chosen", this.onChosen);
    this.choose(window.csgeoChosen, { bringIntoView: false });
    this.watcher = new ResizeObserver(() => this.resized());
    this.watcher.observe(this.stage);
  }

  remove() {
    window.removeEventListener("csgeo:chosen", this.onChosen);
    this.watcher.disconnect();
    this.map.remove();
    this.frame.remove();
  }

  // ---- the frame around the map -----------------------------------------------------

  build() {
    const sheet = make("link");
    sheet.rel = "stylesheet";
    sheet.href = new URL("leaflet.css", LEAFLET).href;
    this.frame = make("div", "frame");
    this.stage = make("div", "stage");
    this.ground = make("div", "ground");
    this.stage.append(this.ground, this.buttons());
    this.frame.append(sheet, this.stage, this.legend(), make("p", "caption", this.layers.caption));
    this.spoken = make("p", "spoken");
    this.spoken.setAttribute("role", "status");
    this.frame.append(this.spoken);
    this.root.append(this.frame);
  }

  buttons() {
    const bar = make("div", "buttons");
    this.bar = bar;
    bar.setAttribute("role", "group");
    bar.setAttribute("aria-label", "Move the map");
    const add = (sign, words, act, extra = "") => {
      const button = make("button", extra);
      button.type = "button";
      button.title = words;
      button.setAttribute("aria-label", words);
      button.append(icon(sign));
      button.addEventListener("click", act);
      bar.append(button);
    };
    add("plus", "Zoom in", () => this.map.zoomIn());
    add("minus", "Zoom out", () => this.map.zoomOut());
    add("home", "Show the whole area", () => this.wholeArea());
    add("target", "Zoom to the chosen place", () => this.zoomToChosen());
    add("left", "Move left", () => this.pan(-1, 0), "pan");
    add("right", "Move right", () => this.pan(1, 0), "pan");
    add("up", "Move up", () => this.pan(0, -1), "pan");
    add("down", "Move down", () => this.pan(0, 1), "pan");
    return bar;
  }

  legend() {
    const key = make("div", "legend");
    key.setAttribute("role", "group");
    key.setAttribute("aria-label", "What the signs mean");
    const places = make("div", "line");
    const around = make("div", "line");
    const letters = make("span", "some");
    const kinds = this.layers.legend;
    if (kinds.some(({ kind }) => kind === "service")) around.append(this.layerSwitch("Services", "services", true));
    for (const entry of kinds) {
      if (entry.kind === "heading") places.append(make("span", "title", entry.label));
      else if (entry.kind === "band") places.append(this.sign(this.swatch("solid", entry.fill), entry.label));
      else if (entry.kind === "place hidden") places.append(this.sign(this.swatch("solid", HIDDEN.fill), entry.label));
      else if (entry.kind === "outline") places.append(this.sign(this.swatch(entry.outline), entry.label));
      else if (entry.kind === "service") {
        letters.append(this.sign(serviceSign(this.style.shapes[entry.shape], entry.letter), entry.label));
      }
    }
    if (letters.childNodes.length > MOST_LETTERS) around.append(this.unfold(letters));
    around.append(letters);
    const cells = kinds.filter(({ kind }) => kind === "cell" || kind === "hidden");
    const squares = make("div", "line");
    if (cells.length) {
      const meanings = make("span", "some");
      meanings.hidden = true;
      for (const { kind, fill, label } of cells) {
        const mark = this.swatch(kind === "hidden" ? "hatch" : "thin", fill);
        if (fill) mark.style.opacity = this.style.cell_opacity;
        meanings.append(this.sign(mark, label));
      }
      squares.append(this.layerSwitch("Each square", "cells", false, meanings), meanings);
    }
    for (const line of [places, around, squares]) if (line.childNodes.length) key.append(line);
    return key;
  }

  unfold(some) {
    const button = make("button", "unfold", `what the ${some.childNodes.length} letters mean`);
    button.type = "button";
    const set = (open) => {
      some.hidden = !open;
      button.setAttribute("aria-expanded", String(open));
    };
    button.addEventListener("click", () => set(some.hidden));
    set(false);
    return button;
  }

  sign(mark, words) {
    const item = make("span", "entry");
    item.append(mark, make("span", "", words));
    return item;
  }

  swatch(outline, fill) {
    const mark = make("i", `swatch ${outline}`);
    if (fill) mark.style.background = fill;
    return mark;
  }

  layerSwitch(words, layer, on, meanings) {
    const item = make("label", "entry title");
    const box = make("input");
    box.type = "checkbox";
    box.checked = on;
    box.addEventListener("change", () => {
      this.show(layer, box.checked);
      if (meanings) meanings.hidden = !box.checked;
    });
    item.append(box, make("span", "", words));
    return item;
  }

  // ---- the map itself ---------------------------------------------------------------

  startMap() {
    const { L, layers } = this;
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const map = L.map(this.ground, {
      zoomControl: false,
      attributionControl: false,
      maxZoom: layers.max_zoom,
      zoomSnap: 0.25,
      boxZoom: false,
      zoomAnimation: !still,
      fadeAnimation: false,
      inertia: !still,
      keyboardPanDelta: 120,
      preferCanvas: true,
    });
    for (const [name, order] of Object.entries({
      basemap: 200, cells: 350, places: 400, names: 450, services: 500, badges: 600,
    })) {
      map.createPane(name).style.zIndex = order;
    }
    map.getPane("names").style.pointerEvents = "none";
    this.area = this.wholeBounds();
    map.setMaxBounds(this.area.pad(0.6));
    map.setView(this.area.getCenter(), 10);
    L.control.scale({ imperial: false, position: "bottomright", maxWidth: 120 }).addTo(map);
    this.north(map);
    this.ground.setAttribute("role", "application");
    this.ground.setAttribute("aria-roledescription", "map");
    this.ground.setAttribute("aria-label", this.data.label);
    this.ground.addEventListener("keydown", (event) => this.key(event));
    for (const act of ["pointerdown", "wheel", "keydown"]) {
      this.stage.addEventListener(act, () => (this.moved = true), { capture: true, passive: true });
    }
    map.on("moveend", () => {
      if (this.moved) views.set(this.release, [map.getCenter(), map.getZoom()]);
      if (this.fartherOff) this.drawFarther();
    });
    map.on("zoomend", () => this.zoomed());
    return map;
  }

  wholeBounds() {
    const { L, layers } = this;
    const whole = L.latLngBounds(layers.bounds);
    const outline = layers.basemap.find(({ kind }) => kind === "boundary");
    return outline ? whole.extend(L.geoJSON(outline.geojson).getBounds()) : whole;
  }

  north(map) {
    const control = this.L.control({ position: "bottomright" });
    control.onAdd = () => {
      const arrow = make("div", "north");
      arrow.setAttribute("aria-label", "North is up");
      arrow.append(
        svg("svg", { viewBox: "0 0 12 16", width: 12, height: 16, "aria-hidden": "true" },
          svg("path", { d: "M6 0 11 16 6 12.5 1 16Z" })),
        make("span", "", "N"),
      );
      return arrow;
    };
    control.addTo(map);
  }

  key(event) {
    if (event.target !== this.ground) return;
    if (event.key === "Home") this.wholeArea();
    else if (event.key === "Enter") this.chooseNearMiddle();
    else if (event.key === "Escape") {
      document.querySelector(".st-key-place-list input:checked")?.focus();
    } else return;
    event.preventDefault();
  }

  resized() {
    const { width, height } = this.stage.getBoundingClientRect();
    if (!width || !height) return;
    this.map.invalidateSize({ animate: false });
    if (!this.moved) this.showView(); // nobody has looked around yet: fit the new size
  }

  // ---- what is drawn ----------------------------------------------------------------

  drawBasemap() {
    const { L, map, layers } = this;
    const canvas = L.canvas({ pane: "basemap", padding: 0.3 });
    this.ground.style.background = this.style.ground;
    this.streets = [];
    for (const { kind, geojson } of layers.basemap) {
      if (kind === "settlement") {
        this.drawNames(geojson);
        continue;
      }
      const drawn = this.style.basemap[kind];
      const style = {
        renderer: canvas, pane: "basemap", interactive: false,
        stroke: Boolean(drawn.stroke), color: drawn.stroke, weight: drawn.width, dashArray: drawn.dash,
        fill: Boolean(drawn.fill), fillColor: drawn.fill, fillOpacity: 1,
      };
      const layer = L.geoJSON(geojson, { style: () => style, pane: "basemap", interactive: false });
      if (kind === "street") this.streets.push(layer);
      else layer.addTo(map);
    }
  }

  drawNames(geojson) {
    const { L, map } = this;
    this.names = [];
    for (const feature of geojson.features) {
      const name = feature.properties?.name;
      if (!name) continue;
      const at = L.geoJSON(feature).getBounds().getCenter();
      const html = make("span", "settlement", name);
      L.marker(at, {
        icon: L.divIcon({ html, className: "holder", iconSize: [0, 0] }),
        pane: "names", interactive: false, keyboard: false,
      }).addTo(map);
      this.names.push({ at, html, width: 9 * name.length });
    }
  }

  // Names that would lie on a place's number or on one another make way, or step back.
  clearNames() {
    const taken = [...this.places.values()].map(({ badge }) => {
      const { x, y } = this.map.latLngToLayerPoint(badge.getLatLng());
      return [x - 18, y - 18, x + 18, y + 18];
    });
    for (const { at, html, width } of this.names ?? []) {
      const { x, y } = this.map.latLngToLayerPoint(at);
      const boxes = [0, 26, -26].map((down) => [x - width / 2, y + down - 10, x + width / 2, y + down + 10, down]);
      const free = boxes.find((box) =>
        taken.every((t) => box[2] < t[0] || t[2] < box[0] || box[3] < t[1] || t[3] < box[1]));
      html.classList.toggle("crowded", !free);
      html.style.marginTop = `${free?.[4] ?? 0}px`;
      if (free) taken.push(free);
    }
  }

  drawCells() {
    const { L, layers } = this;
    this.cells = L.layerGroup();
    if (!layers.cells) return;
    const canvas = L.canvas({ pane: "cells", padding: 0.3 });
    const hatch = hatched();
    L.geoJSON(layers.cells, {
      pane: "cells",
      interactive: false,
      style: ({ properties }) => ({
        renderer: canvas, pane: "cells", interactive: false, weight: 0.6, color: "#6f777b",
        fillColor: properties.hidden ? hatch : this.style.bands[properties.band]?.fill ?? "#ffffff",
        fillOpacity: properties.hidden ? 1 : this.style.cell_opacity,
      }),
    }).addTo(this.cells);
  }

  drawServices() {
    this.services = this.L.layerGroup().addTo(this.map);
    this.farther = this.L.layerGroup();
    this.fartherOff = []; // made when they first come into view
    for (const service of this.layers.services) {
      if (service.near) this.serviceMarker(service).addTo(this.services);
      else this.fartherOff.push({ service, at: this.L.latLng(service.lat, service.lon), marker: null });
    }
  }

  serviceMarker(service) {
    const html = make("span", "service");
    html.append(serviceSign(this.style.shapes[service.shape], service.letter));
    const marker = this.L.marker([service.lat, service.lon], {
      icon: this.L.divIcon({ html, className: "holder", iconSize: [24, 24] }),
      pane: "services", keyboard: false, riseOnHover: true,
    });
    return marker.bindTooltip(lines(service.name, service.label), { direction: "top", offset: [0, -10] });
  }

  drawPlaces() {
    const { L, map, layers } = this;
    const drawing = L.svg({ pane: "places", padding: 0.5 });
    this.places = new Map();
    this.leaders = L.layerGroup().addTo(map);
    L.geoJSON(layers.hotspots, {
      pane: "places",
      style: (feature) => ({ renderer: drawing, pane: "places", ...this.placeStyle(feature.properties, false) }),
      onEachFeature: (feature, shape) => {
        const { id, rank, name, about, at } = feature.properties;
        const middle = L.latLng(at);
        const html = make("span", `badge ${feature.properties.outline}`, String(rank));
        const band = feature.properties.hidden ? HIDDEN : this.style.bands[feature.properties.band];
        html.style.setProperty("--fill", band.fill);
        html.style.setProperty("--on-fill", band.ink);
        const badge = L.marker(middle, {
          icon: L.divIcon({ html, className: "holder", iconSize: [BADGE, BADGE] }),
          pane: "badges", keyboard: false, riseOnHover: true, title: "",
        }).addTo(map);
        for (const part of [shape, badge]) {
          part.on("click", () => this.tell(id));
          part.bindTooltip(lines(`${rank} · ${name}`, about), { direction: "top", offset: [0, -12] });
        }
        this.places.set(id, { id, shape, badge, html, middle, properties: feature.properties });
      },
    }).addTo(map);
  }

  placeStyle(properties, chosen) {
    const { bands, outlines, ink, hotspot_opacity } = this.style;
    const line = Object.values(outlines).find(({ outline }) => outline === properties.outline);
    return {
      color: ink,
      weight: chosen ? 5 : 3,
      dashArray: line?.dash ? line.dash.map((px) => px * 1.3).join(" ") : null,
      lineCap: "butt",
      fillColor: properties.hidden ? HIDDEN.fill : bands[properties.band].fill,
      fillOpacity: properties.hidden ? 0.75 : hotspot_opacity,
    };
  }

  // ---- the view ---------------------------------------------------------------------

  showView() {
    const { width, height } = this.stage.getBoundingClientRect();
    if (!width || !height) return;
    this.seen = true;
    this.map.invalidateSize({ animate: false });
    // set as an option: `setMinZoom` would start an animation that undoes the view below
    this.map.options.minZoom = 0;
    this.map.options.minZoom = Math.min(this.map.getBoundsZoom(this.area) - 0.5, this.layers.max_zoom);
    const kept = views.get(this.release);
    if (kept) this.map.setView(kept[0], kept[1], { animate: false });
    else this.allPlaces();
    this.zoomed();
  }

  allPlaces() {
    // the buttons stand at the left edge and the scale at the bottom: no place goes under them
    this.map.fitBounds(this.layers.bounds, {
      animate: false, maxZoom: 15, paddingTopLeft: [this.bar.offsetWidth + 20, 14], paddingBottomRight: [14, 40],
    });
  }

  wholeArea() {
    this.map.fitBounds(this.area, { padding: [8, 8] });
  }

  zoomToChosen() {
    const place = this.places.get(this.chosen);
    if (place) this.map.fitBounds(place.shape.getBounds(), { maxZoom: this.layers.max_zoom - 1, padding: [60, 60] });
  }

  pan(x, y) {
    const { width, height } = this.stage.getBoundingClientRect();
    this.map.panBy([(x * width) / 3, (y * height) / 3]);
  }

  zoomed() {
    const zoom = this.map.getZoom();
    this.ground.classList.toggle("far", zoom < LETTERS_FROM_ZOOM);
    for (const layer of this.streets) {
      if (zoom >= STREETS_FROM_ZOOM) layer.addTo(this.map);
      else layer.remove();
    }
    this.drawFarther();
    this.spread();
    this.clearNames();
  }

  drawFarther() {
    const { map, services, farther, fartherOff } = this;
    const on = map.hasLayer(services) && map.getZoom() >= ALL_SERVICES_FROM_ZOOM;
    if (!on) {
      farther.remove();
      return;
    }
    const seen = map.getBounds().pad(0.1);
    for (const one of fartherOff) {
      if (seen.contains(one.at)) (one.marker ??= this.serviceMarker(one.service)).addTo(farther);
      else if (one.marker) farther.removeLayer(one.marker);
    }
    farther.addTo(map);
  }

  // Numbers that would lie on one another move apart; a line leads back to the place.
  spread() {
    const { L, map } = this;
    const places = [...this.places.values()];
    const home = places.map(({ middle }) => map.latLngToLayerPoint(middle));
    const at = home.map((p, i) => L.point(p.x + i * 0.01, p.y - i * 0.01));
    for (let round = 0; round < 120; round += 1) {
      let moved = false;
      for (let i = 0; i < at.length; i += 1) {
        for (let j = i + 1; j < at.length; j += 1) {
          const gap = at[j].subtract(at[i]);
          const distance = Math.hypot(gap.x, gap.y) || 0.01;
          if (distance >= BADGE + 2) continue;
          const push = gap.multiplyBy((BADGE + 2 - distance) / distance / 2);
          at[i] = at[i].subtract(push);
          at[j] = at[j].add(push);
          moved = true;
        }
      }
      if (!moved) break;
    }
    this.leaders.clearLayers();
    places.forEach((place, i) => {
      const position = map.layerPointToLatLng(at[i]);
      place.badge.setLatLng(position);
      if (at[i].distanceTo(home[i]) > 8) {
        L.polyline([place.middle, position], { pane: "places", color: "#0b0c0c", weight: 1.5, interactive: false, renderer: this.leaderLines ??= L.svg({ pane: "places" }) }).addTo(this.leaders);
      }
    });
  }

  show(layer, on) {
    const group = this[layer];
    if (on) group.addTo(this.map);
    else group.remove();
    this.drawFarther();
  }

  // ---- choosing ---------------------------------------------------------------------

  choose(id, { bringIntoView }) {
    if (id === this.chosen) return;
    for (const place of this.places.values()) {
      const is = place.id === id;
      place.shape.setStyle(this.placeStyle(place.properties, is));
      place.html.classList.toggle("chosen", is);
      place.badge.setZIndexOffset(is ? 1000 : 0);
      if (is) place.shape.bringToFront();
    }
    this.chosen = id;
    const place = this.places.get(id);
    if (!place) return;
    if (bringIntoView && this.seen && !this.map.getBounds().pad(-0.08).contains(place.middle)) {
      this.map.panTo(place.middle);
    }
  }

  chooseNearMiddle() {
    const middle = this.map.getCenter();
    let nearest = null;
    for (const place of this.places.values()) {
      const distance = middle.distanceTo(place.middle);
      if (!nearest || distance < nearest.distance) nearest = { distance, place };
    }
    if (!nearest) return;
    const { rank, name } = nearest.place.properties;
    this.spoken.textContent = `Place ${rank}, ${name}, chosen.`;
    this.tell(nearest.place.id);
  }
}

function lines(first, second) {
  const box = make("span");
  box.append(make("strong", "", first));
  if (second) box.append(make("br"), make("span", "", second));
  return box;
}

function hatched() {
  const tile = make("canvas");
  tile.width = tile.height = 8;
  const pen = tile.getContext("2d");
  pen.fillStyle = "#ffffff";
  pen.fillRect(0, 0, 8, 8);
  pen.strokeStyle = "#6f777b";
  pen.lineWidth = 1.2;
  pen.beginPath();
  for (const start of [-8, 0, 8]) {
    pen.moveTo(start, 8);
    pen.lineTo(start + 8, 0);
  }
  pen.stroke();
  return pen.createPattern(tile, "repeat");
}

const ICONS = {
  plus: "M12 4v16M4 12h16",
  minus: "M4 12h16",
  home: "M3 12 12 4l9 8M6 10v10h12V10",
  target: "M12 2v5M12 17v5M2 12h5M17 12h5M12 7a5 5 0 1 0 0 10 5 5 0 0 0 0-10Z",
  left: "M15 4 7 12l8 8",
  right: "M9 4l8 8-8 8",
  up: "M4 15l8-8 8 8",
  down: "M4 9l8 8 8-8",
};
function icon(name) {
  return svg("svg", { viewBox: "0 0 24 24", width: 22, height: 22, "aria-hidden": "true" },
    svg("path", { d: ICONS[name], fill: "none", stroke: "currentColor", "stroke-width": 2.2, "stroke-linejoin": "round" }));
}
