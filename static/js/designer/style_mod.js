// CodeMirror, inside dmn-js, writes its styles into a <style> element, which our pages allow nobody. Here the same
// rules go into a style sheet made by script, which needs no such allowance.
import { StyleModule as Original } from "../../../node_modules/style-mod/src/style-mod.js"

const mounted = new WeakMap()

export class StyleModule extends Original {
  static mount(root, modules) {
    const place = root.adoptedStyleSheets ? root : root.ownerDocument ?? document
    const known = mounted.get(place) ?? new Set()
    mounted.set(place, known)
    for (const one of Array.isArray(modules) ? modules : [modules]) {
      if (known.has(one)) continue
      known.add(one)
      const sheet = new CSSStyleSheet()
      sheet.replaceSync(one.getRules())
      place.adoptedStyleSheets = [...place.adoptedStyleSheets, sheet]
    }
  }
}
