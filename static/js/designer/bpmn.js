// The drawing board for processes: bpmn-js with a panel of our own.
import "bpmn-js/dist/assets/diagram-js.css"
import "bpmn-js/dist/assets/bpmn-js.css"
import "bpmn-js/dist/assets/bpmn-font/css/bpmn.css"
import BpmnModeler from "bpmn-js/lib/Modeler"
import { descriptorFor } from "./extensions.js"
import { panelFor } from "./panel.js"
import { download, send, showFindings, stateLine } from "./server.js"

const facts = JSON.parse(document.getElementById("designer-facts").textContent)
const part = (name) => document.querySelector(`[data-designer="${name}"]`)
const say = stateLine(part("state"))
let modeler, version = facts.version, changed = false, asked = 0, waiting, resized

const panel = panelFor(() => modeler, part("panel"), facts)

async function open(xml) {
  modeler?.destroy()
  modeler = new BpmnModeler({ container: part("canvas"), moddleExtensions: { guildhall: descriptorFor(xml) }, keyboard: { bind: true } })
  const { warnings } = await modeler.importXML(xml)
  const lost = warnings.filter((warning) => !keepReference(warning))
  modeler.on("selection.changed", ({ newSelection }) => panel.show(newSelection.length === 1 ? newSelection[0] : null))
  modeler.on("commandStack.changed", onChange)
  modeler.on("element.changed", ({ element }) => element === panel.shown() && !part("panel").contains(document.activeElement) && panel.refresh())
  modeler.get("canvas").zoom("fit-viewport", "auto")
  panel.show(null)
  buttons()
  if (lost.length) say(`${lost.length} part${lost.length === 1 ? "" : "s"} of the file cannot be shown here: ${lost[0].message}. Change it as a list instead, so that nothing is lost.`, "problem")
  return lost
}

// A reference to something that the file does not hold, such as the name of a list, is kept as it is.
function keepReference({ message, element, property, value }) {
  if (message.startsWith("unknown attribute")) return true
  if (!message.startsWith("unresolved reference") || !element || !property) return false
  const name = property.split(":").pop()
  element.set(name, modeler.get("moddle").create("bpmn:DataInput", { id: value }))
  return true
}

function onChange() {
  changed = true
  say("Not saved yet")
  buttons()
  clearTimeout(waiting)
  waiting = setTimeout(check, 700)
}

function buttons() {
  const stack = modeler.get("commandStack")
  part("undo").disabled = !stack.canUndo()
  part("redo").disabled = !stack.canRedo()
}

async function xml() {
  return (await modeler.saveXML({ format: true })).xml
}

async function check() {
  const mine = (asked += 1)
  const answer = await send(facts.check, { bpmn: await xml() })
  if (mine === asked && answer.ok) showFindings(part("findings"), answer.findings, select)
}

function select(key, only) {
  const element = modeler.get("elementRegistry").get(key)
  if (!element || only) return Boolean(element)
  modeler.get("selection").select(element)
  modeler.get("canvas").scrollToElement(element)
  part("canvas").focus()
  return true
}

async function save() {
  document.activeElement?.blur()
  say("Saving")
  const answer = await send(facts.save, { version, bpmn: await xml() })
  if (!answer.ok) return say(answer.message, "problem")
  version = answer.version
  changed = false
  say("Saved", "done")
  return undefined
}

const zoom = (by) => modeler.get("zoomScroll").stepZoom(by)
const DOES = {
  save,
  undo: () => modeler.get("commandStack").undo(),
  redo: () => modeler.get("commandStack").redo(),
  "zoom-in": () => zoom(1),
  "zoom-out": () => zoom(-1),
  fit: () => modeler.get("canvas").zoom("fit-viewport", "auto"),
  "export-bpmn": async () => download(`${facts.key}.bpmn`, await xml(), "application/xml"),
  "export-svg": async () => download(`${facts.key}.svg`, (await modeler.saveSVG()).svg, "image/svg+xml"),
}
for (const [name, act] of Object.entries(DOES)) part(name)?.addEventListener("click", act)

part("import").addEventListener("change", async ({ target }) => {
  const [file] = target.files
  if (!file) return
  const before = await xml()
  try {
    const lost = await open(await file.text())
    changed = true
    if (!lost.length) say(`${file.name} is open and not saved yet`)
    check()
  } catch (error) {
    await open(before)
    say(`${file.name} could not be opened: ${error.message}`, "problem")
  }
  target.value = ""
})
addEventListener("resize", () => {
  clearTimeout(resized)
  resized = setTimeout(DOES.fit, 200)
})
addEventListener("beforeunload", (event) => changed && event.preventDefault())
document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s") {
    event.preventDefault()
    save()
  }
})

open(facts.bpmn).then(check).catch((error) => say(`The drawing could not be opened: ${error.message}`, "problem"))
