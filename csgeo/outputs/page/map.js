"use strict";
// Draws the layers of a release on a Leaflet map. Every text goes in by
// textContent, so that a name can never become markup or script.
function csgeoDraw(map, data) {
  const look = data.style;
  const SVG = "http://www.w3.org/2000/svg";
  const touch = 30; // px that two numbers need between their centres
  const mostServices = 120;

  function node(tag, text, name) {
    const made = document.createElement(tag);
    if (text) made.textContent = text;
    if (name) made.className = name;
    return made;
  }

  function drawing(tag, attributes) {
    const made = document.createElementNS(SVG, tag);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    return made;
  }

  function pane(name, z) {
    const made = map.createPane(name);
    made.style.zIndex = z;
    return made;
  }
  pane("ground", 350);
  pane("counts", 380);
  pane("shapes", 410);
  pane("names", 420).style.pointerEvents = "none";
  pane("leaders", 600).style.pointerEvents = "none";
  pane("services", 610);
  pane("numbers", 650);

  // ---- base map -------------------------------------------------------
  const quiet = L.canvas({ pane: "ground", padding: 0.5 });
  const settlements = [];
  for (const { kind, geojson } of data.basemap) {
    const rule = look.basemap[kind];
    if (kind === "settlement") {
      for (const town of geojson.features) {
        const [lon, lat] = town.geometry.coordinates;
        settlements.push({ at: L.latLng(lat, lon), name: town.properties.name });
      }
      continue;
    }
    L.geoJSON(geojson, {
      renderer: quiet, pane: "ground", interactive: false,
      style: {
        stroke: Boolean(rule.stroke), color: rule.stroke || "none", weight: rule.width,
        fill: Boolean(rule.fill), fillColor: rule.fill, fillOpacity: 1,
        dashArray: rule.dash ? rule.dash.join(" ") : null,
      },
    }).addTo(map);
  }

  // ---- cells: pale, and off until asked for ---------------------------
  let cells = null;
  if (data.cells) {
    cells = L.geoJSON(data.cells, {
      renderer: L.svg({ pane: "counts" }), pane: "counts", interactive: false,
      style: (cell) => cell.properties.hidden
        ? { stroke: true, color: look.quiet_ink, opacity: 0.25, weight: 0.5, fillColor: "url(#csgeo-hatch)", fillOpacity: 1 }
        : { stroke: true, color: look.quiet_ink, opacity: 0.25, weight: 0.5, fillColor: look.bands[cell.properties.band].fill, fillOpacity: look.cell_opacity },
    });
  }

  // ---- places ---------------------------------------------------------
  const dashes = {};
  for (const rule of Object.values(look.outlines)) dashes[rule.outline] = rule.dash;
  const drawn = new Map();
  let chosen = null;

  function outline(place, heavy) {
    return {
      pane: "shapes", color: look.ink, weight: look.hotspot_outline_px + (heavy ? 2 : 0),
      lineJoin: "miter", lineCap: "butt",
      dashArray: dashes[place.outline] ? dashes[place.outline].join(" ") : null,
      fillColor: look.bands[place.band].fill, fillOpacity: look.hotspot_opacity,
    };
  }

  function card(place) {
    const box = node("div", "", "card");
    box.append(node("h3", `${place.rank} · ${place.name}`));
    box.append(node("p", [place.stratum, place.sure].filter(Boolean).join(" · "), "quiet"));
    box.append(node("p", place.words));
    if (place.peak) box.append(node("p", `Busiest: ${place.peak}`));
    if (place.services.length) {
      box.append(node("h4", "Already there"));
      const list = node("ul");
      for (const said of place.services.slice(0, 4)) list.append(node("li", said));
      const more = place.services.length - 4;
      if (more > 0) list.append(node("li", `and ${more} more, in the table below`));
      box.append(list);
    }
    if (place.gaps.length) box.append(node("p", `Not within reach: ${place.gaps.join(", ")}`));
    const closer = node("button", "Zoom to this place");
    closer.type = "button";
    closer.addEventListener("click", () => map.setView(place.at, Math.max(15, map.getZoom()), { animate: false }));
    box.append(closer);
    return box;
  }

  function choose(id) {
    if (chosen) drawn.get(chosen).shape.setStyle(outline(drawn.get(chosen).place, false));
    chosen = id;
    const { place, shape } = drawn.get(id);
    shape.setStyle(outline(place, true)).bringToFront();
    L.popup({ maxWidth: 300, minWidth: 220, autoPanPadding: [14, 14], offset: [0, -8] })
      .setLatLng(place.at).setContent(card(place)).openOn(map);
    for (const button of document.querySelectorAll("[data-place]")) {
      button.setAttribute("aria-pressed", String(button.dataset.place === id));
    }
  }

  for (const feature of data.hotspots.features) {
    const place = feature.properties;
    const shape = L.geoJSON(feature, {
      renderer: L.svg({ pane: "shapes" }), pane: "shapes", style: outline(place, false),
    }).addTo(map).on("click", () => choose(place.id));
    const badge = node("span", String(place.rank), "number");
    const marker = L.marker(place.at, {
      pane: "numbers", keyboard: true, alt: `${place.rank}, ${place.name}`, title: place.name,
      icon: L.divIcon({ className: "number-box", html: badge, iconSize: [28, 28] }),
    }).addTo(map).on("click", () => choose(place.id));
    // a div has no alt: give its words to those who cannot see it
    const element = marker.getElement();
    element.setAttribute("aria-label", `${place.rank}, ${place.name}, ${place.about} records`);
    element.removeAttribute("alt");
    element.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      choose(place.id);
    });
    drawn.set(place.id, { place, shape, marker, badge, leader: null });
  }
  for (const button of document.querySelectorAll("[data-place]")) {
    button.addEventListener("click", () => choose(button.dataset.place));
  }

  // numbers that would lie over each other move apart and keep a line to their place
  function spread() {
    const all = [...drawn.values()];
    const home = all.map((d) => map.latLngToLayerPoint(d.place.at));
    const now = home.map((p) => p.clone());
    for (let round = 0; round < 80; round++) {
      let moved = false;
      for (let i = 0; i < now.length; i++) {
        for (let j = i + 1; j < now.length; j++) {
          const apart = now[j].subtract(now[i]);
          const far = Math.hypot(apart.x, apart.y);
          if (far >= touch) continue;
          moved = true;
          const turn = 2.4 * (i + j);
          const unit = far > 0.5 ? apart.divideBy(far) : L.point(Math.cos(turn), Math.sin(turn));
          const half = (touch - far) / 2 + 0.1;
          now[i] = now[i].subtract(unit.multiplyBy(half));
          now[j] = now[j].add(unit.multiplyBy(half));
        }
      }
      if (!moved) break;
    }
    all.forEach((d, i) => {
      if (d.leader) d.leader.remove();
      const there = map.layerPointToLatLng(now[i]);
      d.leader = now[i].distanceTo(home[i]) > 6
        ? L.polyline([d.place.at, there], { pane: "leaders", renderer: L.svg({ pane: "leaders" }), color: look.ink, weight: 1.5, interactive: false }).addTo(map)
        : null;
      d.marker.setLatLng(there);
      // where the number covers the shape, it wears the colour of the band itself
      const box = d.shape.getBounds();
      const width = map.latLngToLayerPoint(box.getNorthEast()).x - map.latLngToLayerPoint(box.getSouthWest()).x;
      d.badge.className = width < 44 ? `number band-${d.place.band}` : "number";
      d.marker.setZIndexOffset(1000 - d.place.rank);
      d.now = now[i];
    });
  }

  // ---- services -------------------------------------------------------
  const services = L.layerGroup();
  let drawnServices = [];
  const note = document.querySelector("[data-note]");

  function serviceIcon(service) {
    const rule = look.shapes[service.shape];
    const size = map.getZoom() < 13 ? 17 : 24; // small where many stand close
    const picture = drawing("svg", { width: size, height: size, viewBox: "-12 -12 24 24", "aria-hidden": "true" });
    picture.append(drawing("path", { d: rule.path, fill: look.ground, stroke: look.ink, "stroke-width": 1.6 }));
    const letter = drawing("text", { y: rule.letter_y, "text-anchor": "middle", "font-size": 10.5, "font-weight": 700, fill: look.ink });
    letter.textContent = service.letter;
    picture.append(letter);
    return L.divIcon({ className: "service-box", html: picture, iconSize: [size, size] });
  }

  function showServices() {
    services.clearLayers();
    drawnServices = [];
    if (!map.hasLayer(services)) { note.textContent = ""; return; }
    const seen = data.services.filter((s) => map.getBounds().contains([s.lat, s.lon]));
    const near = seen.filter((s) => s.near);
    const some = seen.length <= mostServices ? seen : near.length <= mostServices ? near : [];
    note.textContent = some === seen ? "" : some === near
      ? "Services near the places are drawn; zoom in to see all." : "Zoom in to see services.";
    drawnServices = some;
    for (const service of some) {
      const tip = node("span", `${service.name} (${service.label})`);
      L.marker([service.lat, service.lon], {
        pane: "services", icon: serviceIcon(service), keyboard: false, title: tip.textContent,
      }).bindTooltip(tip, { direction: "top", offset: [0, -10] }).addTo(services);
    }
  }

  // ---- names of settlements: only where they lie over nothing ---------
  const names = L.layerGroup().addTo(map);

  function showNames() {
    names.clearLayers();
    const taken = [...drawn.values()].map((d) => L.bounds(d.now.subtract([17, 17]), d.now.add([17, 17])));
    for (const service of drawnServices) {
      const at = map.latLngToLayerPoint([service.lat, service.lon]);
      taken.push(L.bounds(at.subtract([8, 8]), at.add([8, 8])));
    }
    const view = map.getPixelBounds(), origin = map.getPixelOrigin();
    const frame = L.bounds(view.min.subtract(origin), view.max.subtract(origin));
    let shown = 0;
    for (const town of settlements) {
      const at = map.latLngToLayerPoint(town.at);
      const half = L.point(4.2 * town.name.length + 6, 12);
      for (const lift of [0, -24, 24, -44, 44]) {
        const middle = at.add([0, lift]);
        const box = L.bounds(middle.subtract(half), middle.add(half));
        if (!frame.contains(box) || taken.some((other) => other.intersects(box)) || shown >= 25) continue;
        taken.push(box);
        shown += 1;
        L.marker(map.layerPointToLatLng(middle), {
          pane: "names", interactive: false, keyboard: false,
          icon: L.divIcon({ className: "town", html: node("span", town.name), iconSize: [0, 0] }),
        }).addTo(names);
        break;
      }
    }
  }

  // ---- furniture ------------------------------------------------------
  map.getPanes().counts.append((() => {
    const hatch = drawing("svg", { width: 0, height: 0, "aria-hidden": "true" });
    const pattern = drawing("pattern", { id: "csgeo-hatch", width: 6, height: 6, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" });
    pattern.append(drawing("rect", { width: 6, height: 6, fill: look.ground, "fill-opacity": 0.7 }));
    pattern.append(drawing("path", { d: "M0,0V6", stroke: look.quiet_ink, "stroke-width": 1, "stroke-opacity": 0.6 }));
    hatch.append(pattern);
    return hatch;
  })());
  L.control.scale({ imperial: false, maxWidth: 120, position: "bottomright" }).addTo(map);
  const north = L.control({ position: "bottomright" });
  north.onAdd = () => {
    const arrow = drawing("svg", { width: 28, height: 40, viewBox: "0 0 28 40", role: "img", "aria-label": "North is up" });
    arrow.append(drawing("path", { d: "M14,2L22,24L14,19L6,24Z", fill: look.ink }));
    const letter = drawing("text", { x: 14, y: 38, "text-anchor": "middle", "font-size": 13, "font-weight": 700, fill: look.ink });
    letter.textContent = "N";
    arrow.append(letter);
    const box = node("div", "", "north");
    box.append(arrow);
    return box;
  };
  north.addTo(map);
  const home = L.control({ position: "topleft" });
  home.onAdd = () => {
    const bar = node("div", "", "leaflet-bar");
    const button = node("a", "⌂");
    button.href = "#";
    button.setAttribute("role", "button");
    button.title = "Show all places";
    button.setAttribute("aria-label", button.title);
    L.DomEvent.disableClickPropagation(bar).on(button, "click", (event) => { L.DomEvent.preventDefault(event); whole(); });
    bar.append(button);
    return bar;
  };
  home.addTo(map);

  // no place may lie under the buttons, the scale or the arrow
  function whole() {
    map.fitBounds(data.bounds, { animate: false, paddingTopLeft: [62, 16], paddingBottomRight: [46, 34] });
  }

  function toggle(name, layer, after) {
    const box = document.querySelector(`[data-layer="${name}"]`);
    if (!box || !layer) return;
    box.disabled = false;
    const apply = () => {
      if (box.checked) layer.addTo(map); else layer.remove();
      for (const key of document.querySelectorAll(`[data-legend="${name}"]`)) key.hidden = !box.checked;
      if (after) after();
    };
    box.addEventListener("change", apply);
    apply();
  }

  whole();
  spread();
  toggle("services", services, () => { showServices(); showNames(); });
  toggle("cells", cells, null);
  showNames();
  map.on("zoomend", spread);
  map.on("zoomend moveend resize", () => { showServices(); showNames(); });

  // paper has its own size: lay the map out for it, and back again
  let before = null;
  window.addEventListener("beforeprint", () => {
    before = [map.getCenter(), map.getZoom()];
    document.body.classList.add("paper");
    for (const folded of document.querySelectorAll("details")) folded.open = true;
    map.closePopup();
    map.invalidateSize({ animate: false });
    whole();
  });
  window.addEventListener("afterprint", () => {
    document.body.classList.remove("paper");
    map.invalidateSize({ animate: false });
    if (before) map.setView(...before, { animate: false });
  });
  document.body.dataset.drawn = "yes";
}
