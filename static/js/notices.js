// Keeps the count of unread notices in the header up to date while a page is open. Without it the count is that of the page.
const every = 30_000;
const shown = document.querySelector("[data-notices]");
const title = document.title;

function show(unread) {
  const before = Number(shown.dataset.notices);
  if (unread === before) return;
  shown.dataset.notices = unread;
  shown.textContent = unread ? ` (${unread} unread)` : "";
  document.title = unread > before ? `(${unread}) ${title}` : title;
  if (unread > before) document.querySelector("[data-new-notices]")?.removeAttribute("hidden");
}

async function ask() {
  // A page nobody looks at asks nothing.
  if (document.hidden) return;
  try {
    const answer = await fetch("/notices/count/", { redirect: "error" });
    if (answer.ok) show((await answer.json()).unread);
  } catch {
    // Signed out or offline: the next page says so.
  }
}

if (shown) {
  setInterval(ask, every);
  document.addEventListener("visibilitychange", ask);
  window.addEventListener("pageshow", (event) => event.persisted && ask());
}
