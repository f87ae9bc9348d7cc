// What the report's page does in a browser. All text is put in as text, never as markup.
const report = JSON.parse(document.getElementById("report").textContent)
const filter = document.getElementById("filter")
const panel = document.getElementById("panel")
let opener

/** An element with a text, or with others in it. */
function make(name, ...content) {
  const element = document.createElement(name)
  element.append(...content)
  return element
}

function applyFilter() {
  const { host, scenario } = filter.elements
  const mode = filter.querySelector('[name="mode"]:checked')?.value
  const has = (text, part) => text.toLowerCase().includes(part.value.trim().toLowerCase())
  const shown = new Set(report.scenarios.filter(({ title }) => has(title, scenario)).map(({ name }) => name))
  for (const element of document.querySelectorAll("[data-mode]"))
    element.hidden = mode !== undefined && element.dataset.mode !== mode
  for (const row of document.querySelectorAll("tr[data-host], li[data-host]"))
    row.hidden = !has(row.dataset.host, host)
  for (const element of document.querySelectorAll("[data-scenario]"))
    element.hidden = !shown.has(element.dataset.scenario)
  for (const group of document.querySelectorAll("th.group")) {
    const columns = group
      .closest("thead")
      .querySelectorAll(`.column[data-of="${group.dataset.group}"]:not([hidden])`)
    group.hidden = columns.length === 0
    group.colSpan = Math.max(1, columns.length)
  }
}

/** The attempts of a cell, by executable and run, with the packets' file. */
function openPanel(button) {
  const { host, scenario } = button.dataset
  const mode = button.closest("[data-mode]").dataset.mode
  const { title } = report.scenarios.find(({ name }) => name === scenario)
  const close = make("button", "Close")
  close.type = "button"
  close.addEventListener("click", closePanel)
  panel.replaceChildren(close, make("h2", host), make("p", `${title}, network: ${mode}`))
  for (const result of report.results) {
    if (result.scenario !== scenario || result.mode !== mode) continue
    panel.append(make("h3", result.executable))
    const found = result.runs.flatMap((run) =>
      run.attempts
        .filter(({ name, address }) => (name ?? address ?? "not IP") === host)
        .map((attempt) => ({ run, attempt })),
    )
    if (found.length === 0) panel.append(make("p", result.notMeasured ? "not measured" : "nothing was tried"))
    for (const one of found) panel.append(describe(one))
  }
  opener?.classList.remove("open")
  opener = button
  opener.classList.add("open")
  panel.hidden = false
  close.focus()
}

function describe({ run, attempt }) {
  const link = make("a", "pcap of the run")
  link.href = run.pcap
  const { at, protocol, port, what, address, packets, bytes, process } = attempt
  const lines = [
    ["when", `after ${(at / 1000).toFixed(2)} s`],
    ["by", process ? `${process.command} (pid ${process.pid})` : "unknown"],
    ["what", what ?? "cannot be read"],
    ["to", [address, protocol + (port === undefined ? "" : `/${port}`)].filter(Boolean).join(" ")],
    ["sent", `${packets} packets, ${bytes} bytes`],
    ["packets", link],
  ]
  return make("dl", ...lines.flatMap(([name, value]) => [make("dt", name), make("dd", value)]))
}

function closePanel() {
  panel.hidden = true
  opener?.classList.remove("open")
  opener?.focus()
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-host]")
  if (button) openPanel(button)
})
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") closePanel()
})
filter.addEventListener("input", applyFilter)
filter.addEventListener("submit", (event) => event.preventDefault())
filter.hidden = false
applyFilter()
