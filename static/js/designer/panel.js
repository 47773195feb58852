// What can be said of the selected element. Every change is one step that undo takes back.
import { choice, link, textArea, textBox, tick, words } from "./controls.js"
import { extensionOf, setExtension, setVariables } from "./extensions.js"

const KINDS = {
  "bpmn:StartEvent": "Start", "bpmn:EndEvent": "End", "bpmn:UserTask": "Task for an officer", "bpmn:ServiceTask": "Done by the portal",
  "bpmn:BusinessRuleTask": "Decision table", "bpmn:ReceiveTask": "Wait for word", "bpmn:CallActivity": "Another process",
  "bpmn:ExclusiveGateway": "Choose one way", "bpmn:InclusiveGateway": "Choose every way that fits", "bpmn:ParallelGateway": "All ways at once",
  "bpmn:SequenceFlow": "Way from one step to the next", "bpmn:Lane": "Lane", "bpmn:Participant": "Process", "bpmn:Process": "Process",
  "bpmn:IntermediateCatchEvent": "Wait", "bpmn:BoundaryEvent": "If it happens meanwhile", "bpmn:Collaboration": "Process",
}
const CHOICES = ["bpmn:ExclusiveGateway", "bpmn:InclusiveGateway"]

export function panelFor(modeler, place, facts) {
  let shown = null
  const modeling = () => modeler().get("modeling")

  function show(element) {
    shown = element
    const root = element ?? modeler().get("canvas").getRootElement()
    const thing = root.businessObject
    const typed = KINDS[thing.$type] ?? thing.$type.replace("bpmn:", "").replace(/(?<=[a-z])(?=[A-Z])/g, " ")
    const heading = Object.assign(document.createElement("h2"), { className: "govuk-heading-s", textContent: typed })
    place.replaceChildren(heading, ...fieldsOf(root, thing))
  }

  const update = (element, thing, values) => modeling().updateModdleProperties(element, thing, values)
  const set = (element, thing, kind, values) => setExtension(modeler(), element, thing, kind, values)

  function fieldsOf(element, thing) {
    const process = processOf(thing)
    if (process) return processFields(element, process)
    const fields = [textBox("Name", thing.name, (name) => modeling().updateProperties(element, { name: name || undefined }))]
    if (thing.$type === "bpmn:Lane") fields.push(...laneFields(element, thing))
    else if (thing.$type === "bpmn:SequenceFlow") fields.push(...flowFields(element, thing))
    else fields.push(...stepFields(element, thing))
    if (thing.$instanceOf("bpmn:BaseElement")) fields.push(notes(element, thing))
    return fields
  }

  function processOf(thing) {
    if (thing.$type === "bpmn:Process") return thing
    if (thing.$type === "bpmn:Participant") return thing.processRef
    if (thing.$type === "bpmn:Collaboration") return thing.participants?.find((one) => one.processRef?.isExecutable !== false)?.processRef
    return undefined
  }

  function processFields(element, process) {
    const now = (process.extensionElements?.values ?? []).filter((one) => one.$type === "guildhall:Variable").map((one) => `${one.name} ${one.kind}`)
    return [
      textBox("Name of the process", process.name, (name) => update(element, process, { name })),
      textArea("Values that decide the way", now.join("\n"), (text) => {
        const lines = text.split("\n").map((line) => line.trim().split(/\s+/)).filter(([name]) => name).map(([name, kind]) => [name, kind ?? "text"])
        setVariables(modeler(), element, process, lines)
      }, "One on each line with its kind: money, number, text, date, boolean or list. Like: amount money", 6),
      notes(element, process),
      words("Select a step, a way or a lane to say more about it."),
    ]
  }

  const notes = (element, thing) => textArea("Notes", thing.documentation?.[0]?.text, (text) => {
    const said = text ? [modeler().get("moddle").create("bpmn:Documentation", { text })] : undefined
    update(element, thing, { documentation: said })
  })

  function laneFields(element, thing) {
    const role = extensionOf(thing, "guildhall:Lane")?.role
    return [choice("Role of the lane", role, [["", "None"], ...facts.roles], (value) => set(element, thing, "guildhall:Lane", { role: value }), "Tasks in it are for whoever holds the role")]
  }

  function flowFields(element, thing) {
    const source = element.source?.businessObject
    if (!source || !CHOICES.includes(source.$type)) return []
    const isDefault = source.default === thing
    const fields = [tick("Taken when no other way fits", isDefault, (on) => {
      if (on && thing.conditionExpression) update(element, thing, { conditionExpression: undefined })
      modeling().updateProperties(element.source, { default: on ? thing : undefined })
      show(element)
    })]
    if (!isDefault) fields.push(textBox("Taken if", thing.conditionExpression?.body, (body) => {
      const said = body ? modeler().get("moddle").create("bpmn:FormalExpression", { body }) : undefined
      modeling().updateProperties(element, { conditionExpression: said })
    }, 'Like amount > 5000 and outcome == "approve"'))
    return fields
  }

  function stepFields(element, thing) {
    const fields = []
    if (thing.$type === "bpmn:UserTask") fields.push(...taskFields(element, thing))
    if (thing.$type === "bpmn:ServiceTask" || thing.$type === "bpmn:SendTask") {
      const name = extensionOf(thing, "guildhall:Operation")?.name
      fields.push(choice("What the portal does", name, [["", "Choose one"], ...facts.operations], (value) => set(element, thing, "guildhall:Operation", { name: value })))
    }
    if (thing.$type === "bpmn:BusinessRuleTask") {
      const name = extensionOf(thing, "guildhall:Decision")?.name
      fields.push(choice("Decision table", name, [["", "Choose one"], ...facts.decisions], (value) => set(element, thing, "guildhall:Decision", { name: value })))
    }
    if (thing.$type === "bpmn:CallActivity") fields.push(choice("Which process", thing.calledElement, [["", "Choose one"], ...facts.processes], (value) => update(element, thing, { calledElement: value || undefined })))
    if (thing.$type === "bpmn:EndEvent") {
      const outcome = extensionOf(thing, "guildhall:End")?.outcome
      fields.push(textBox("How it has ended", outcome, (value) => set(element, thing, "guildhall:End", { outcome: value }), "One word, like approved or refused"))
    }
    if (thing.$type === "bpmn:StartEvent") fields.push(link("Build the form that starts it", facts.form.replace("STEP", thing.id)))
    if (thing.$type === "bpmn:ReceiveTask") fields.push(messageField(element, thing))
    for (const event of thing.eventDefinitions ?? []) {
      if (event.$type === "bpmn:TimerEventDefinition") fields.push(...timerFields(element, event))
      if (event.$type === "bpmn:MessageEventDefinition") fields.push(messageField(element, event))
    }
    if (thing.$type === "bpmn:BoundaryEvent") fields.push(tick("Stops the step it is on", thing.cancelActivity !== false, (on) => update(element, thing, { cancelActivity: on })))
    if (thing.loopCharacteristics?.$type === "bpmn:MultiInstanceLoopCharacteristics") fields.push(...manyFields(element, thing.loopCharacteristics))
    return fields
  }

  function taskFields(element, thing) {
    const task = extensionOf(thing, "guildhall:Task") ?? {}
    const say = (name) => (value) => set(element, thing, "guildhall:Task", { [name]: value })
    return [
      choice("Who does it", task.role, [["", "Whoever its lane names"], ...facts.roles], say("role")),
      textBox("Or the role that this value names", task.roleFrom, say("roleFrom"), "Leave empty unless a decision table finds the role"),
      textBox("Answers that can be given", task.outcomes, say("outcomes"), "Words with spaces between, like approve reject. One only: done"),
      textBox("Working days to do it in", task.due, say("due"), "A number, or the name of a value"),
      link(facts.forms.includes(thing.id) ? "Change its form" : "Build its form", facts.form.replace("STEP", thing.id)),
    ]
  }

  function timerFields(element, event) {
    const kinds = { timeDuration: "After this long", timeDate: "On this date", timeCycle: "Again and again" }
    const kind = Object.keys(kinds).find((name) => event[name]) ?? "timeDuration"
    const write = (name, body) => {
      const said = body ? modeler().get("moddle").create("bpmn:FormalExpression", { body }) : undefined
      if (said) said.$parent = event
      update(element, event, { timeDuration: undefined, timeDate: undefined, timeCycle: undefined, [name]: said })
    }
    return [
      choice("When", kind, Object.entries(kinds), (name) => write(name, event[kind]?.body ?? "")),
      textBox(kinds[kind], event[kind]?.body, (body) => write(kind, body), "Like P5D for five days, PT4H for four hours, or the name of a date"),
    ]
  }

  function messageField(element, holder) {
    return textBox("Message it waits for", holder.messageRef?.name, (name) => {
      const definitions = modeler().getDefinitions()
      let message = definitions.rootElements.find((one) => one.$type === "bpmn:Message" && one.name === name)
      if (name && !message) {
        message = modeler().get("bpmnFactory").create("bpmn:Message", { name })
        message.$parent = definitions
        update(element, definitions, { rootElements: [...definitions.rootElements, message] })
      }
      update(element, holder, { messageRef: name ? message : undefined })
    })
  }

  function manyFields(element, loop) {
    const moddle = modeler().get("moddle")
    return [
      textBox("Once for each of this list", loop.loopDataInputRef?.id, (id) => update(element, loop, { loopDataInputRef: id ? moddle.create("bpmn:DataInput", { id }) : undefined }), "The name of a list, like approvers"),
      textBox("Each one is called", loop.inputDataItem?.id, (id) => {
        const item = id ? moddle.create("bpmn:DataInput", { id }) : undefined
        if (item) item.$parent = loop
        update(element, loop, { inputDataItem: item })
      }, "Like approver"),
      textBox("Until", loop.completionCondition?.body, (body) => {
        const said = body ? moddle.create("bpmn:FormalExpression", { body }) : undefined
        if (said) said.$parent = loop
        update(element, loop, { completionCondition: said })
      }, 'Like outcome == "reject"'),
    ]
  }

  return { show, refresh: () => show(shown), shown: () => shown }
}
