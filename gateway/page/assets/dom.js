// The few things that all parts of the page do with its elements. Text is only ever text.

export const byId = (id) => document.getElementById(id);

export function make(tag, { className = "", text = "" } = {}, ...children) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text) element.textContent = text;
  element.append(...children);
  return element;
}

// Leaves alone what is right already: nothing is drawn, or read out, again.
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

export function setData(element, name, value) {
  if (element.dataset[name] !== value) element.dataset[name] = value;
}

// Makes the children of `parent` those of `items`, in their order. An element stays with its key, so
// that focus and what moves stay where they are.
export function reconcile(parent, items, { key, create, update }) {
  const left = new Map();
  for (const child of parent.children) left.set(child.dataset.key, child);
  let place = parent.firstElementChild;
  for (const item of items) {
    const name = key(item);
    let child = left.get(name);
    if (child === undefined) {
      child = create(item);
      child.dataset.key = name;
    }
    left.delete(name);
    update(child, item);
    if (child === place) {
      place = place.nextElementSibling;
    } else {
      parent.insertBefore(child, place);
    }
  }
  for (const gone of left.values()) gone.remove();
}

// For a moment, where the viewer lets things move (page.css).
export function flash(element) {
  element.classList.remove("changed");
  void element.offsetWidth;  // or the animation would not begin again
  element.classList.add("changed");
}

export function announce(text) {
  setText(byId("announcement"), text);
}
