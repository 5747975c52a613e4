// Shows the events: what each says, who says it, who hears it. All of it comes from /asyncapi.json.
const place = document.getElementById("events");

function element(name, content, attributes = {}) {
  const made = Object.assign(document.createElement(name), attributes);
  made.append(...[content].flat().filter((part) => part !== undefined && part !== null));
  return made;
}

function follow(whole, value) {
  if (value?.allOf) {
    const { allOf, ...beside } = value;
    return Object.assign({}, ...allOf.map((one) => follow(whole, one)), beside);
  }
  const path = value?.$ref;
  if (!path) return value;
  const steps = path.slice(2).split("/").map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
  const target = follow(whole, steps.reduce((at, step) => at?.[decodeURIComponent(step)], whole));
  const { $ref, ...beside } = value;
  return { ...target, ...beside };
}

function typeOf(whole, schema) {
  schema = follow(whole, schema);
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((one) => JSON.stringify(one)).join(" | ");
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return choices.map((one) => typeOf(whole, one)).join(" | ");
  if (schema.type === "array") return `${typeOf(whole, schema.items ?? {})}[]`;
  return schema.format && schema.type !== "integer" ? schema.format : [schema.type].flat().join(" | ");
}

// One row for each field, those of objects within objects as well.
function rows(whole, schema, before = "") {
  schema = follow(whole, schema);
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const required = schema.required?.includes(name) ? "" : " (may be absent)";
    const found = follow(whole, field);
    const about = [found.description ?? "", found.pattern ? ` ${found.pattern}` : ""].join("");
    const row = element("tr", [
      element("td", element("code", before + name)),
      element("td", [typeOf(whole, field), element("small", required)]),
      element("td", about),
    ]);
    const within = found.type === "array" ? follow(whole, found.items) : found;
    const mark = found.type === "array" ? "[]." : ".";
    return [row, ...rows(whole, within ?? {}, before + name + mark)];
  });
}

function names(whole, action, type) {
  const concerned = Object.values(whole.operations).filter(
    (operation) => operation.action === action && operation.messages.some(({ $ref }) => $ref.endsWith(`/${type}`)),
  );
  const tags = concerned.flatMap((operation) => operation.tags ?? []).map((tag) => tag.name);
  return [...new Set(tags)].sort().join(", ") || "nobody";
}

function event(whole, type, message) {
  const payload = message.payload?.schema ?? message.payload ?? {};
  const example = message.examples?.[0]?.payload;
  return element("details", [
    element("summary", [element("code", type), element("span", message.summary ?? message.description ?? "")]),
    element("div", [
      element("dl", [
        element("dt", "said by"), element("dd", names(whole, "send", type)),
        element("dt", "heard by"), element("dd", names(whole, "receive", type)),
      ]),
      element("table", element("tbody", rows(whole, payload))),
      example && element("pre", JSON.stringify(example, null, 2)),
    ]),
  ], { id: type });
}

function show(whole) {
  const events = Object.entries(whole.components.messages).map(([type, message]) => event(whole, type, message));
  const filter = element("input", [], { type: "search", placeholder: "Filter, such as order", ariaLabel: "Filter the events" });
  filter.addEventListener("input", () => {
    for (const one of events) one.hidden = !one.textContent.toLowerCase().includes(filter.value.trim().toLowerCase());
  });
  place.replaceChildren(element("h1", "Events"), element("p", whole.info.description, { className: "quiet" }), filter, ...events);
  const wanted = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (wanted) { wanted.open = true; wanted.scrollIntoView(); }
}

fetch("/asyncapi.json")
  .then((answer) => (answer.ok ? answer.json() : Promise.reject(new Error(`it was answered ${answer.status}`))))
  .then(show)
  .catch((error) => {
    const words = `The events cannot be shown: ${error.message}. Load the page again.`;
    place.replaceChildren(element("p", words, { role: "alert" }));
  });
