// Shows a question only when its condition holds, and suggests names and codes while they are typed.
// Without this script every question is there, and says in words when it counts.
const here = document.querySelector("script[data-suggest]")
const questions = [...document.querySelectorAll("[data-question]")]
const conditional = questions.filter((question) => question.dataset.showIf)

function answerTo(name) {
  const question = questions.find((one) => one.dataset.question === name)
  if (!question || question.hidden) return null
  const controls = [...question.querySelectorAll("input:not([type=hidden]), select, textarea")]
  if (question.querySelector(".govuk-date-input")) {
    const [day, month, year] = controls.map((box) => box.value.trim())
    return day && month && year ? `${year}-${month.padStart(2, "0")}-${day.padStart(2, "0")}` : null
  }
  if (controls.some((control) => control.type === "checkbox")) {
    const ticked = controls.filter((control) => control.checked).map((control) => control.value)
    return ticked.length ? ticked : null
  }
  if (controls.some((control) => control.type === "radio")) {
    const chosen = controls.find((control) => control.checked)?.value
    return chosen === undefined ? null : question.dataset.kind === "yes_no" ? chosen === "yes" : chosen
  }
  const typed = controls[0]?.value.trim() ?? ""
  if (typed === "") return null
  if (!["money", "number", "integer"].includes(question.dataset.kind)) return typed
  const number = Number(typed.replace(/[£,\s]/g, ""))
  return Number.isNaN(number) ? null : number
}

const same = (left, right) => left === right
const inside = (left, right) => (right === null ? false : right.includes(left))
const WORK = {
  value: (value) => value,
  field: (name) => answerTo(name),
  list: (...items) => items.map(holds),
  and: (...parts) => parts.every(holds),
  or: (...parts) => parts.some(holds),
  not: (part) => !holds(part),
  "==": (left, right) => same(holds(left), holds(right)),
  "!=": (left, right) => !same(holds(left), holds(right)),
  "<": (left, right) => known(left, right, (a, b) => a < b),
  "<=": (left, right) => known(left, right, (a, b) => a <= b),
  ">": (left, right) => known(left, right, (a, b) => a > b),
  ">=": (left, right) => known(left, right, (a, b) => a >= b),
  in: (left, right) => inside(holds(left), holds(right)),
  "not in": (left, right) => !inside(holds(left), holds(right)),
}
function known(left, right, compare) {
  const [a, b] = [holds(left), holds(right)]
  return a !== null && b !== null && compare(a, b)
}
function holds([verb, ...rest]) {
  return WORK[verb](...rest)
}

function refresh() {
  for (const question of conditional) question.hidden = !holds(JSON.parse(question.dataset.showIf))
}
if (conditional.length) {
  document.addEventListener("input", refresh)
  document.addEventListener("change", refresh)
  refresh()
}

for (const input of document.querySelectorAll("input[data-chooser]")) {
  const list = document.createElement("datalist")
  list.id = `${input.id}_suggestions`
  input.after(list)
  input.setAttribute("list", list.id)
  let waiting
  input.addEventListener("input", () => {
    clearTimeout(waiting)
    const query = input.value.trim()
    if (query.length < 2) return
    waiting = setTimeout(async () => {
      const address = here.dataset.suggest.replace("KIND", input.dataset.chooser)
      const response = await fetch(`${address}?${new URLSearchParams({ q: query })}`, { headers: { Accept: "application/json" } })
      if (!response.ok) return
      const { found } = await response.json()
      list.replaceChildren(...found.map((line) => Object.assign(document.createElement("option"), { value: line })))
    }, 200)
  })
}
