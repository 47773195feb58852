// GOV.UK controls for the panel beside the drawing.
let count = 0

function group(label, control, hint) {
  const holder = document.createElement("div")
  holder.className = "govuk-form-group"
  const id = `panel_${(count += 1)}`
  control.id = id
  const words = Object.assign(document.createElement("label"), { className: "govuk-label", htmlFor: id, textContent: label })
  holder.append(words)
  if (hint) {
    const said = Object.assign(document.createElement("div"), { className: "govuk-hint", id: `${id}_hint`, textContent: hint })
    control.setAttribute("aria-describedby", said.id)
    holder.append(said)
  }
  holder.append(control)
  return holder
}

export function textBox(label, value, change, hint) {
  const control = Object.assign(document.createElement("input"), { className: "govuk-input", type: "text", value: value ?? "", spellcheck: false })
  control.addEventListener("change", () => change(control.value.trim()))
  return group(label, control, hint)
}

export function textArea(label, value, change, hint, rows = 3) {
  const control = Object.assign(document.createElement("textarea"), { className: "govuk-textarea", rows, value: value ?? "" })
  control.addEventListener("change", () => change(control.value.trim()))
  return group(label, control, hint)
}

export function choice(label, value, options, change, hint) {
  const control = Object.assign(document.createElement("select"), { className: "govuk-select" })
  const known = options.some(([key]) => key === (value ?? ""))
  for (const [key, text] of known || !value ? options : [...options, [value, `${value} (not known here)`]]) {
    control.append(Object.assign(document.createElement("option"), { value: key, textContent: text, selected: key === (value ?? "") }))
  }
  control.addEventListener("change", () => change(control.value))
  return group(label, control, hint)
}

export function tick(label, checked, change) {
  const holder = Object.assign(document.createElement("div"), { className: "govuk-checkboxes govuk-checkboxes--small govuk-form-group" })
  const item = Object.assign(document.createElement("div"), { className: "govuk-checkboxes__item" })
  const control = Object.assign(document.createElement("input"), { className: "govuk-checkboxes__input", type: "checkbox", checked, id: `panel_${(count += 1)}` })
  control.addEventListener("change", () => change(control.checked))
  item.append(control, Object.assign(document.createElement("label"), { className: "govuk-label govuk-checkboxes__label", htmlFor: control.id, textContent: label }))
  holder.append(item)
  return holder
}

export function link(text, href) {
  const holder = Object.assign(document.createElement("p"), { className: "govuk-body" })
  holder.append(Object.assign(document.createElement("a"), { className: "govuk-link", href, textContent: text }))
  return holder
}

export function words(text, className = "govuk-body-s") {
  return Object.assign(document.createElement("p"), { className, textContent: text })
}
