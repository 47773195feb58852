// Guildhall's own words inside extensionElements (urn:guildhall:process), as bpmn-js reads and writes them.
const attributes = (...names) => names.map((name) => ({ name, isAttr: true, type: "String" }))
const type = (name, ...names) => ({ name, superClass: ["Element"], properties: attributes(...names) })
// Made anew each time: bpmn-js writes into what it is given.
const known = () => ({
  variable: type("Variable", "name", "kind"),
  lane: type("Lane", "role"),
  task: type("Task", "role", "roleFrom", "authority", "councilFrom", "outcomes", "due", "handledAt", "into"),
  operation: type("Operation", "name"),
  decision: type("Decision", "name"),
  end: type("End", "outcome"),
})
export const NAMESPACE = "urn:guildhall:process"

// The descriptor, with whatever else of ours a file holds: a word that this page does not know is kept.
export function descriptorFor(xml) {
  const document = new DOMParser().parseFromString(xml, "text/xml")
  const types = known()
  for (const element of document.getElementsByTagNameNS(NAMESPACE, "*")) {
    const name = element.localName
    const names = new Set([...(types[name]?.properties.map((one) => one.name) ?? []), ...[...element.attributes].filter((one) => !one.prefix && one.name !== "xmlns").map((one) => one.name)])
    types[name] = type(name[0].toUpperCase() + name.slice(1), ...names)
    if (element.children.length) types[name].properties.push({ name: "inside", isMany: true, type: "Element" })
    else if (element.textContent.trim()) types[name].properties.push({ name: "text", isBody: true, type: "String" })
  }
  return { name: "Guildhall", uri: NAMESPACE, prefix: "guildhall", xml: { tagAlias: "lowerCase" }, types: Object.values(types) }
}

export function extensionOf(thing, kind) {
  return (thing.extensionElements?.values ?? []).find((one) => one.$type === kind)
}

// Writes attributes of one of our elements as one step of undo; empty ones go.
export function setExtension(modeler, element, thing, kind, values) {
  const [moddle, modeling] = [modeler.get("moddle"), modeler.get("modeling")]
  const there = extensionOf(thing, kind)
  const cleaned = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, value === "" ? undefined : value]))
  if (there) return modeling.updateModdleProperties(element, there, cleaned)
  if (!Object.values(cleaned).some((value) => value !== undefined)) return undefined
  const holder = thing.extensionElements ?? moddle.create("bpmn:ExtensionElements", { values: [] })
  const added = moddle.create(kind, cleaned)
  added.$parent = holder
  if (!thing.extensionElements) {
    holder.$parent = thing
    holder.values = [added]
    return modeling.updateModdleProperties(element, thing, { extensionElements: holder })
  }
  return modeling.updateModdleProperties(element, holder, { values: [...holder.get("values"), added] })
}

export function setVariables(modeler, element, process, lines) {
  const [moddle, modeling] = [modeler.get("moddle"), modeler.get("modeling")]
  const holder = process.extensionElements ?? moddle.create("bpmn:ExtensionElements", { values: [] })
  const others = holder.get("values").filter((one) => one.$type !== "guildhall:Variable")
  const wanted = lines.map(([name, kind]) => Object.assign(moddle.create("guildhall:Variable", { name, kind }), { $parent: holder }))
  if (process.extensionElements) return modeling.updateModdleProperties(element, holder, { values: [...wanted, ...others] })
  holder.$parent = process
  holder.values = wanted
  return modeling.updateModdleProperties(element, process, { extensionElements: holder })
}
