// The editor of decision tables: dmn-js.
import "dmn-js/dist/assets/diagram-js.css"
import "dmn-js/dist/assets/dmn-js-shared.css"
import "dmn-js/dist/assets/dmn-js-drd.css"
import "dmn-js/dist/assets/dmn-js-decision-table.css"
import "dmn-js/dist/assets/dmn-js-decision-table-controls.css"
import "dmn-js/dist/assets/dmn-js-literal-expression.css"
import "dmn-js/dist/assets/dmn-js-boxed-expression.css"
import "dmn-js/dist/assets/dmn-js-boxed-expression-controls.css"
import "dmn-js/dist/assets/dmn-font/css/dmn.css"
import DmnModeler from "dmn-js/lib/Modeler"
import { download, send, showFindings, stateLine } from "./server.js"

const facts = JSON.parse(document.getElementById("designer-facts").textContent)
const part = (name) => document.querySelector(`[data-designer="${name}"]`)
const say = stateLine(part("state"))
const modeler = new DmnModeler({ container: part("canvas"), drd: { drillDown: { enabled: true } }, keyboard: { bindTo: document } })
let version = facts.version, changed = false, listening = null

async function xml() {
  return (await modeler.saveXML({ format: true })).xml
}

function listen() {
  const viewer = modeler.getActiveViewer()
  if (viewer === listening) return
  listening = viewer
  viewer?.on("commandStack.changed", () => {
    changed = true
    say("Not saved yet")
  })
}

async function save() {
  document.activeElement?.blur()
  say("Saving")
  const answer = await send(facts.save, { version, dmn: await xml() })
  if (!answer.ok) return say(answer.message, "problem")
  version = answer.version
  changed = false
  showFindings(part("findings"), answer.findings)
  return say("Saved", "done")
}

function showViews() {
  const active = modeler.getActiveView()
  const items = modeler.getViews().map((view) => {
    const button = Object.assign(document.createElement("button"), { type: "button", className: "gh-link-button govuk-link", textContent: view.type === "drd" ? "How decisions depend on each other" : view.element.name || view.element.id })
    if (active && view.id === active.id) button.setAttribute("aria-current", "true")
    button.addEventListener("click", () => modeler.open(view))
    return button
  })
  part("views").replaceChildren(...items)
}

// The corner of the table has no words of its own.
new MutationObserver(() => {
  for (const corner of part("canvas").querySelectorAll("th.index-column:empty, th.add-output:empty")) corner.append(Object.assign(document.createElement("span"), { className: "govuk-visually-hidden", textContent: "Row" }))
}).observe(part("canvas"), { childList: true, subtree: true })

const history = (verb) => () => modeler.getActiveViewer()?.get("commandStack")[verb]()
part("save")?.addEventListener("click", save)
part("undo")?.addEventListener("click", history("undo"))
part("redo")?.addEventListener("click", history("redo"))
part("export-dmn").addEventListener("click", async () => download(`${facts.key}.dmn`, await xml(), "application/xml"))
addEventListener("beforeunload", (event) => changed && event.preventDefault())

modeler.on("views.changed", () => {
  listen()
  showViews()
})
modeler.importXML(facts.dmn, { open: false }).then(async () => {
  const views = modeler.getViews()
  await modeler.open(views.find((view) => view.element.id === facts.decision) ?? views.find((view) => view.type === "decisionTable") ?? views[0])
}).catch((error) => say(`The table could not be opened: ${error.message}`, "problem"))
