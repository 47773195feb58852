// What the drawing board says to the portal.
const token = () => document.querySelector("input[name=csrfmiddlewaretoken]").value

export async function send(address, body) {
  const response = await fetch(address, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRFToken": token(), Accept: "application/json" },
    body: JSON.stringify(body),
  })
  const known = (response.headers.get("Content-Type") ?? "").includes("json")
  const answer = known ? await response.json() : { message: "The portal did not answer as expected. Sign in again in another tab, then save." }
  return { ok: response.ok && known, ...answer }
}

export function download(name, text, type) {
  const address = URL.createObjectURL(new Blob([text], { type }))
  const link = Object.assign(document.createElement("a"), { href: address, download: name })
  document.body.append(link)
  link.click()
  link.remove()
  setTimeout(() => URL.revokeObjectURL(address), 1000)
}

export function stateLine(place) {
  return (text, kind = "") => {
    place.textContent = text
    place.dataset.kind = kind
  }
}

export function showFindings(place, findings, select) {
  if (!findings.length) {
    place.replaceChildren(Object.assign(document.createElement("p"), { className: "govuk-body", textContent: "Nothing: this can be tried and published." }))
    return
  }
  const list = Object.assign(document.createElement("ul"), { className: "govuk-list govuk-list--spaced" })
  for (const finding of findings) {
    const item = document.createElement("li")
    const error = finding.level === "error"
    const tag = Object.assign(document.createElement("strong"), { className: `govuk-tag govuk-tag--${error ? "red" : "yellow"}`, textContent: error ? "To put right" : "To think about" })
    item.append(tag, ` ${finding.message} `)
    if (select && finding.element && select(finding.element, true)) {
      const button = Object.assign(document.createElement("button"), { type: "button", className: "gh-link-button govuk-link", textContent: "Show it" })
      button.addEventListener("click", () => select(finding.element))
      item.append(button)
    }
    list.append(item)
  }
  place.replaceChildren(list)
}
