// Starts the components of a page that need a script. Every page works without this file.
// Built into one file with the design system's own, so that all of it has run by the time a page has loaded.
import { initAll } from "govuk-frontend";
import "./notices.js";

document.body.classList.add("js-enabled");
if ("noModule" in HTMLScriptElement.prototype) {
  document.body.classList.add("govuk-frontend-supported");
}

initAll();

// One box that ticks every row of a list.
for (const all of document.querySelectorAll("[data-pick-all]")) {
  const boxes = [...document.querySelectorAll(`input[name="${all.dataset.pickAll}"]`)];
  all.closest("[hidden]")?.removeAttribute("hidden");
  all.addEventListener("change", () => {
    for (const box of boxes) box.checked = all.checked;
  });
  for (const box of boxes) {
    box.addEventListener("change", () => {
      all.checked = boxes.every((one) => one.checked);
    });
  }
}

// A form that is on its way is not sent again by a second press; the server would refuse it as well.
for (const form of document.querySelectorAll("form[method=post]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "yes";
    setTimeout(() => delete form.dataset.sent, 5000);
  });
}
