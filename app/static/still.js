// When the session is over, what stands on the screen goes: nobody should read it who comes by.
"use strict";
const EVERY_MS = 15000;
async function look() {
  let over = false;
  try {
    const answer = await fetch("/access/still", { cache: "no-store", redirect: "error" });
    over = answer.status === 401;
  } catch {
    // the server cannot be reached: that is not the end of a session
  }
  if (over) location.reload();
  else setTimeout(look, EVERY_MS);
}
setTimeout(look, EVERY_MS);
document.addEventListener("visibilitychange", () => document.hidden || look());
