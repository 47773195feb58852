// bpmn-js and dmn-js write some of their markup with style attributes, which our pages allow nobody. The same styles
// are set by script here, which needs no such allowance: the watermark stands where its makers put it.
import { domify as make } from "../../../node_modules/min-dom/dist/index.js"

export * from "../../../node_modules/min-dom/dist/index.js"

export function domify(html, ...more) {
  const made = make(html.replace(/(<[^>]*?\s)style=/g, "$1data-styled="), ...more)
  const places = made.querySelectorAll ? [made, ...made.querySelectorAll("[data-styled]")] : []
  for (const place of places) {
    const styles = place.getAttribute?.("data-styled")
    if (!styles) continue
    place.style.cssText = styles
    place.removeAttribute("data-styled")
  }
  return made
}
