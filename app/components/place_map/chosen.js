// Which place is chosen? Told to the map on its own, so that choosing one does
// not send the whole map to the browser again.

export default function ({ data }) {
  window.csgeoChosen = data?.place ?? null;
  window.dispatchEvent(new CustomEvent("csgeo:chosen", { detail: window.csgeoChosen }));
}
