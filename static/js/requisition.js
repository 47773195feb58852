// Makes the requisition form quicker to fill in. Everything here also works with plain buttons.

const lines = document.querySelector("[data-requisition-lines]")

async function ask(address, query) {
  const response = await fetch(`${address}?${new URLSearchParams(query)}`, { headers: { Accept: "text/html" } })
  return response.ok ? response.text() : ""
}

function neededBy() {
  const [day, month, year] = ["day", "month", "year"].map((part) => document.getElementsByName(`needed_by_on_${part}`)[0]?.value.trim() ?? "")
  return day && month && year.length === 4 ? `${year}-${month.padStart(2, "0")}-${day.padStart(2, "0")}` : ""
}

async function showBalance(select) {
  const prefix = select.name.replace(/-(cost_centre|subjective)$/, "")
  const head = ["cost_centre", "subjective"].map((part) => document.getElementsByName(`${prefix}-${part}`)[0]?.value ?? "")
  const text = select.closest("fieldset").querySelector("[data-balance-text]")
  text.textContent = head.every(Boolean)
    ? await ask(lines.dataset.balanceUrl, { cost_centre: head[0], subjective: head[1], on: neededBy() })
    : ""
}

function suggest(input) {
  const list = document.createElement("ul")
  list.className = "gh-suggestions"
  list.id = `${input.id}_suggestions`
  list.setAttribute("role", "listbox")
  list.setAttribute("aria-label", "CPV codes")
  list.hidden = true
  input.parentElement.append(list)
  for (const [name, value] of Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id })) input.setAttribute(name, value)
  let waiting, active = -1, asked = 0

  // What was asked before the list was closed is not shown any more: it would open a list that nobody is at.
  const close = () => {
    clearTimeout(waiting)
    asked += 1
    list.hidden = true
    active = -1
    input.setAttribute("aria-expanded", "false")
    input.removeAttribute("aria-activedescendant")
  }
  const choose = (item) => {
    input.value = item.dataset.code
    const label = input.closest(".govuk-form-group").querySelector(".gh-cpv__label") ?? input.parentElement.after(Object.assign(document.createElement("p"), { className: "govuk-body-s gh-cpv__label" })) ?? input.parentElement.nextElementSibling
    label.textContent = item.textContent.trim().replace(item.dataset.code, "").trim()
    close()
  }
  const mark = (to) => {
    const items = [...list.children]
    if (!items.length) return
    active = (to + items.length) % items.length
    items.forEach((item, at) => {
      item.id = `${list.id}_${at}`
      item.setAttribute("aria-selected", String(at === active))
    })
    input.setAttribute("aria-activedescendant", items[active].id)
    items[active].scrollIntoView({ block: "nearest" })
  }
  input.addEventListener("input", () => {
    clearTimeout(waiting)
    const query = input.value.trim()
    if (query.length < 2) return close()
    waiting = setTimeout(async () => {
      const mine = ++asked
      const html = await ask(lines.dataset.suggestUrl, { q: query })
      if (mine !== asked) return
      list.innerHTML = html
      active = -1
      ;[...list.children].forEach((item, at) => (item.id = `${list.id}_${at}`))
      list.hidden = !list.children.length
      input.setAttribute("aria-expanded", String(!list.hidden))
    }, 200)
  })
  input.addEventListener("keydown", (event) => {
    if (list.hidden) return
    if (event.key === "ArrowDown") mark(active + 1)
    else if (event.key === "ArrowUp") mark(active - 1)
    else if (event.key === "Enter" && active >= 0) choose(list.children[active])
    else if (event.key === "Escape") close()
    else return
    event.preventDefault()
  })
  list.addEventListener("mousedown", (event) => {
    event.preventDefault()
    const item = event.target.closest("[data-code]")
    if (item) choose(item)
  })
  input.addEventListener("blur", close)
}

if (lines) {
  lines.querySelectorAll("[data-cpv]").forEach(suggest)
  lines.addEventListener("change", (event) => {
    if (event.target.matches("[data-balance]")) showBalance(event.target)
  })
  // Enter in a box is no wish to save: only a button is.
  lines.closest("form").addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.matches("input:not([type=submit], [type=radio], [type=checkbox])")) event.preventDefault()
  })
  // A plain button came back to the line it changed: go on writing there.
  const changed = location.hash && document.getElementById(location.hash.slice(1))
  if (changed && lines.contains(changed) && changed !== lines && !document.querySelector(".govuk-error-summary")) {
    const box = changed.matches("input, select") ? changed : changed.querySelector("input:not([type=hidden]), select")
    box?.focus()
  }
}
