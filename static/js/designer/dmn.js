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
import { EditorView } from "@codemirror/view"
import DmnModeler from "dmn-js/lib/Modeler"
import { download, send, showFindings, stateLine } from "./server.js"

const facts = JSON.parse(document.getElementById("designer-facts").textContent)
const part = (name) => document.querySelector(`[data-designer="${name}"]`)
const say = stateLine(part("state"))
// What is typed counts at once: a save that comes right after it must not miss the last letters.
const modeler = new DmnModeler({ container: part("canvas"), common: { debounceInput: false }, drd: { drillDown: { enabled: true } }, keyboard: { bindTo: document } })
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

// A file is shown as it is: what the editor cannot keep is said before anything is saved.
async function open(text, wanted) {
  const { warnings } = await modeler.importXML(text, { open: false })
  const views = modeler.getViews()
  await modeler.open(views.find((view) => view.element.id === wanted) ?? views.find((view) => view.type === "decisionTable") ?? views[0])
  const lost = warnings.filter(({ message }) => !message.startsWith("unknown attribute"))
  if (lost.length) say(`${lost.length} part${lost.length === 1 ? "" : "s"} of the file cannot be shown here: ${lost[0].message}. Change it as a plain grid instead, so that nothing is lost.`, "problem")
  return lost
}

// Text that is typed over a selection goes to the cell's editor by hand: left to itself the browser would copy the
// selection's looks into the page as an inline style, which our pages allow nobody.
part("canvas").addEventListener("beforeinput", (event) => {
  const cell = event.inputType === "insertText" && event.data && EditorView.findFromDOM(event.target)
  if (!cell || cell.state.selection.main.empty) return
  event.stopImmediatePropagation()
  event.preventDefault()
  cell.dispatch(cell.state.update(cell.state.replaceSelection(event.data), { userEvent: "input.type", scrollIntoView: true }))
}, true)

// A list of choices closes when something else takes the focus; pressing on a choice is not that.
part("canvas").addEventListener("mousedown", (event) => event.target.closest(".dms-select-options") && event.preventDefault(), true)

// The corner of the table has no words of its own.
new MutationObserver(() => {
  for (const corner of part("canvas").querySelectorAll("th.index-column:empty, th.add-output:empty")) corner.append(Object.assign(document.createElement("span"), { className: "govuk-visually-hidden", textContent: "Row" }))
}).observe(part("canvas"), { childList: true, subtree: true })

// A cell that is being edited would write its own text again while its change is taken back.
const history = (verb) => () => {
  const viewer = modeler.getActiveViewer()
  if (modeler.getActiveView()?.type === "decisionTable") viewer.get("selection").deselect()
  viewer?.get("commandStack")[verb]()
}
part("save")?.addEventListener("click", save)
part("undo").addEventListener("click", history("undo"))
part("redo").addEventListener("click", history("redo"))
part("export-dmn").addEventListener("click", async () => download(`${facts.key}.dmn`, await xml(), "application/xml"))
part("import")?.addEventListener("change", async ({ target }) => {
  const [file] = target.files
  if (!file) return
  const before = await xml()
  try {
    const lost = await open(await file.text())
    changed = true
    if (!lost.length) say(`${file.name} is open and not saved yet`)
  } catch (error) {
    await open(before, facts.decision)
    say(`${file.name} could not be opened: ${error.message}`, "problem")
  }
  target.value = ""
})
addEventListener("beforeunload", (event) => changed && event.preventDefault())
document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s" && part("save")) {
    event.preventDefault()
    save()
  }
})

modeler.on("views.changed", () => {
  listen()
  showViews()
})
open(facts.dmn, facts.decision).catch((error) => say(`The table could not be opened: ${error.message}`, "problem"))
